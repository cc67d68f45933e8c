"""SMS that the carrier accepted, and the receipts that come for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from chalicelib.adapters.dynamodb_places import from_item
from chalicelib.domain.contact import MESSAGE, Message
from chalicelib.domain.customer import Customer
from chalicelib.domain.dispatch import Dispatch
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.verification import Send, Verification
from infra.local.deploy import NAME
from tests.contracts.records import a_verification
from tests.domain.samples import a_customer
from tests.prove.deployed.deployment import Deployment
from tests.receipts import sns_log


def dispatched(deployment: Deployment) -> tuple[str, str]:
    """A verification whose SMS the carrier accepted, and the SMS's id."""
    message_id, later = str(uuid4()), datetime.now(UTC) + timedelta(days=1)
    send = Send(datetime.now(UTC), "accepted", "sns", message_id)
    verification = a_verification(sends=(send,), due_at=later, version="1")
    deployment.plant("verifications", [verification, Dispatch(message_id, verification.id, later, version="1")])
    return verification.id, message_id


OWNER = a_customer(id="cus_of_a_message", tag="1.of_a_message", failed_deliveries=1, version="1")


@contextmanager
def hard_to_reach(deployment: Deployment) -> Iterator[None]:
    """Within the block a customer is there whom the last SMS did not reach. The number can't be opened by anybody."""
    deployment.plant("customers", [OWNER])
    try:
        yield
    finally:
        key = {"pk": {"S": f"customer#{OWNER.id}"}}
        deployment.client("dynamodb").delete_item(TableName=f"{NAME}-customers", Key=key)


def message_dispatched(deployment: Deployment) -> tuple[str, str]:
    """A message to that customer whose SMS the carrier accepted, and the SMS's id."""
    message_id, now = str(uuid4()), datetime.now(UTC)
    later = now + timedelta(days=1)
    message = Message(
        new_id(MESSAGE),
        "call-centre",
        OWNER.id,
        "marketing",
        "offer",
        1,
        30_000,
        now,
        later,
        "accepted",
        "sns",
        message_id,
        key_id=OWNER.held.number.key_id if OWNER.held else None,
        version="1",
    )
    deployment.plant("contacts", [message])
    deployment.plant("verifications", [Dispatch(message_id, message.id, later, version="1")])
    return message.id, message_id


def receipt_for(message_id: str) -> dict[str, Any]:
    """SNS's log of its delivery."""
    return {**sns_log(), "notification": {"messageId": message_id}}


def delivery(deployment: Deployment, verification_id: str) -> str:
    """What is known of the verification's only SMS."""
    return from_item(Verification, _item(deployment, "verifications", verification_id)).sends[0].delivery


def message_delivery(deployment: Deployment, message_id: str) -> str:
    """What is known of the message."""
    return from_item(Message, _item(deployment, "contacts", f"message#{message_id}")).delivery


def failures_in_a_row(deployment: Deployment) -> int:
    """How many SMS did not reach the message's customer."""
    return from_item(Customer, _item(deployment, "customers", f"customer#{OWNER.id}")).failed_deliveries


def _item(deployment: Deployment, table: str, pk: str) -> Any:
    found = deployment.client("dynamodb").get_item(
        TableName=f"{NAME}-{table}", Key={"pk": {"S": pk}}, ConsistentRead=True
    )
    return found["Item"]
