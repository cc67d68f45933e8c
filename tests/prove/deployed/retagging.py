"""Customers whose numbers stand under a key of the index that was in use before."""

from chalicelib.domain.customer import TagHolder
from chalicelib.domain.due import bucket
from chalicelib.domain.suppression import BY_SMS, Suppression
from chalicelib.services.judging import SHARES
from infra.local.deploy import NAME
from infra.local.journey import new_number
from infra.local.journey_client import Broken
from infra.local.journey_steps import catalogue, new_device, signup
from infra.local.tokens import Role
from tests.fakes import NOON
from tests.prove.deployed.deployment import Deployment


def retag(deployment: Deployment) -> None:
    """Each has the tag that is in use, and what the one's number wants of advertising stands under it.

    Raises:
        Broken: it does not.
    """
    customer, tag, former = _former(deployment)
    deployment.plant("customers", [TagHolder(former, customer, version="1")])
    deployment.plant("suppressions", [Suppression(former, NOON, BY_SMS, version="1")])
    # Nobody holds the other one's number, and it wants nothing.
    other, others_tag, _ = _former(deployment, closed=True)
    # So that one lives, whose tag must be read.
    deployment.caller(Role.WALLET).post(
        "/v1/verifications", purpose="signup", phone_number=new_number(), locale="en", client=new_device()
    ).must(201)
    reports = [deployment.invoke("retag", {"share": share}) for share in range(SHARES)]
    if any(report.get("failures") != {} for report in reports):
        raise Broken(str(reports))
    # How many were re-tagged says nothing: earlier walks may have stopped half-way.
    if (_tag(deployment, customer), _tag(deployment, other)) != (tag, others_tag):
        raise Broken("a customer has not the tag that is in use")
    rows = {
        "customers": {"pk": {"S": f"tag#{tag}"}},
        "suppressions": {"pk": {"S": bucket(tag)}, "sk": {"S": tag}},
    }
    for table, key in rows.items():
        if "Item" not in deployment.client("dynamodb").get_item(TableName=f"{NAME}-{table}", Key=key):
            raise Broken(f"nothing stands in {table} under the tag that is in use")


def _former(deployment: Deployment, *, closed: bool = False) -> tuple[str, str, str]:
    """A customer's id, their number's tag that is in use, and that under a former key, which is all their head has."""
    journey = deployment.journey()
    for stage in (catalogue, signup):
        stage(journey)
    customer, dynamodb = journey.known["customer"], deployment.client("dynamodb")
    if closed:
        deployment.caller(Role.WALLET).post(f"/v1/customers/{customer}/closure").must(202)
    tag = _tag(deployment, customer)
    former = f"former.{tag.partition('.')[2]}"
    dynamodb.update_item(
        TableName=f"{NAME}-customers",
        Key={"pk": {"S": f"customer#{customer}"}},
        UpdateExpression="SET tag = :former",
        ExpressionAttributeValues={":former": {"S": former}},
    )
    dynamodb.delete_item(TableName=f"{NAME}-customers", Key={"pk": {"S": f"tag#{tag}"}})
    return customer, tag, former


def _tag(deployment: Deployment, customer: str) -> str:
    head = {"pk": {"S": f"customer#{customer}"}}
    item = deployment.client("dynamodb").get_item(TableName=f"{NAME}-customers", Key=head, ConsistentRead=True)["Item"]
    return str(item["tag"]["S"])
