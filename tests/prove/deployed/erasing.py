"""Somebody who is erased on an officer's word, and what the purge finds."""

from datetime import UTC, datetime, timedelta

from chalicelib.domain.schedule import CONSENT_EXPIRED
from chalicelib.domain.session import HandOver
from chalicelib.domain.suppression import BY_SMS, Suppression
from infra.local.deploy import NAME
from infra.local.journey import Journey
from infra.local.journey_steps import catalogue, consent, reveal, signup
from infra.local.tokens import Role
from tests.prove.deployed.advertising import PURPOSE as ADVERTISING
from tests.prove.deployed.advertising import agree
from tests.prove.deployed.deployment import PAST, Deployment


def erase(deployment: Deployment, journey: Journey) -> None:
    """A customer with tokens, a link and a half done proof is gone, and certified.

    Raises:
        Broken: an answer was not as it must be.
    """
    other = deployment.journey()
    for stage in (catalogue, signup, consent, reveal):
        stage(other)
    customer = other.known["customer"]
    path = f"/v1/customers/{customer}"
    deployment.caller(Role.CUSTOMER, customer).post(f"{path}/preference-links").must(201)
    held = journey.officer.post(f"{path}/holds", reason="A dispute about an order", review_at="2100-01-01T00:00:00Z")
    journey.step("the policy has no holds of single customers", held.must_be_problem(409, "case-holds-off"))
    _no_taken_back(deployment, customer)
    made = journey.officer.delete(path).must(200, customer_id=customer)
    journey.step("a customer is erased", made.must_have("erased", "kept", "unrecoverable_at"))
    again = journey.officer.get(f"{path}/erasure-certificate").must(200, **made.body)
    journey.step("the certificate is read", again)


def let_go(deployment: Deployment, customer: str) -> None:
    """A closed customer has waited long enough, and a link to their page is still there."""
    _no_taken_back(deployment, customer)
    link = HandOver("digest", customer, datetime.now(UTC) + timedelta(minutes=1), version="1")
    deployment.plant("sessions", [link])
    wish = {"M": {"asked_by": {"S": "officer"}, "asked_at": PAST}}
    deployment.make_due("customers", f"customer#{customer}", wish=wish)


def _no_taken_back(deployment: Deployment, customer: str) -> None:
    """The customer's number has a row that once kept advertising away."""
    key = {"pk": {"S": f"customer#{customer}"}}
    head = deployment.client("dynamodb").get_item(TableName=f"{NAME}-customers", Key=key)["Item"]
    lifted = Suppression(head["tag"]["S"], datetime.now(UTC), BY_SMS, lifted_at=datetime.now(UTC), version="1")
    deployment.plant("suppressions", [lifted])


def end_consent(deployment: Deployment) -> str:
    """The id of a customer who agreed so long ago that it has come to its end."""
    journey = deployment.journey()
    agree(journey)
    customer = str(journey.known["customer"])
    deployment.client("dynamodb").update_item(
        TableName=f"{NAME}-customers",
        Key={"pk": {"S": f"customer#{customer}"}},
        UpdateExpression="SET due_at = :past, consents.#purpose.valid_until = :past",
        ConditionExpression="due_reason = :ended",
        ExpressionAttributeNames={"#purpose": ADVERTISING},
        ExpressionAttributeValues={":past": {"N": "1"}, ":ended": {"S": CONSENT_EXPIRED}},
    )
    return customer
