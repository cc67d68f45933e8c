"""What others hear of a customer, and what the announcer says of an event whose key somebody took away."""

import time
from typing import Any

from chalicelib.domain.customer import LEDGER_KEY
from chalicelib.domain.ledger import position
from infra.announce_again import as_added
from infra.local.deploy import NAME
from tests.listener import Listener
from tests.prove.deployed.deployment import Deployment


def heard_of(listener: Listener, customer: str, expected: set[str], seconds: int) -> set[str]:
    """The kinds of the customer's events that were heard, as soon as they are those, or after so many seconds."""
    heard: set[str] = set()
    for _ in range(seconds * 5):
        heard |= {it["detail-type"] for it in listener.heard() if it["detail"]["customer_id"] == customer}
        if heard == expected:
            break
        time.sleep(0.2)
    return heard


def announced_without_key(deployment: Deployment, customer: str) -> dict[str, Any]:
    """The function's answer about the customer's first event. The key is there again afterwards.

    The head says that the key was not due to go, so the event is damaged and no repetition would help.
    """
    dynamodb, table = deployment.client("dynamodb"), f"{NAME}-keys"
    place = {"pk": {"S": customer}, "sk": {"S": LEDGER_KEY}}
    key = dynamodb.get_item(TableName=table, Key=place)["Item"]
    dynamodb.delete_item(TableName=table, Key=place)
    try:
        event = as_added({"pk": {"S": customer}, "sk": {"S": position(1)}}, 1)
        return deployment.invoke("announce", {"Records": [event]})
    finally:
        dynamodb.put_item(TableName=table, Item=key)
