"""Keys without a customer and customers without a key, as a half-done write or a restored backup leaves them."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from chalicelib.domain.customer import Customer, WrappedKey
from chalicelib.domain.held_number import SealedNumber
from chalicelib.services.judging import SHARES
from infra.local.deploy import NAME
from tests.fakes import NOON
from tests.prove.deployed.deployment import Deployment

# So many that, of 24 shares, the share of any hour has some: none with a probability of 10 to the -11.
PLANTED = 600


def plant_orphan(deployment: Deployment) -> None:
    """One key of nobody is in the share of the present hour: the sweep holds many back."""
    dynamodb, table = deployment.client("dynamodb"), f"{NAME}-keys"
    orphans = [WrappedKey(_new_id(), "ledger", b"wrapped", version="1") for _ in range(PLANTED)]
    deployment.plant("keys", orphans)
    # Which share a key is in only DynamoDB knows.
    hour = datetime.now(UTC).hour
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, Segment=hour, TotalSegments=SHARES)
    share = {item["pk"]["S"] for page in pages for item in page["Items"]}
    kept = next(key for key in orphans if key.customer_id in share)
    for key in orphans:
        if key is not kept:
            dynamodb.delete_item(TableName=table, Key={"pk": {"S": key.customer_id}, "sk": {"S": key.key_id}})


@contextmanager
def customers_robbed(deployment: Deployment) -> Iterator[None]:
    """Within the block customers are there whose keys are gone; others would fail at them, too."""
    dynamodb, table = deployment.client("dynamodb"), f"{NAME}-customers"
    customers = [_robbed() for _ in range(PLANTED)]
    deployment.plant("customers", customers)
    try:
        yield
    finally:
        for customer in customers:
            dynamodb.delete_item(TableName=table, Key={"pk": {"S": f"customer#{customer.id}"}})


def _robbed() -> Customer:
    sealed = SealedNumber("number_1", b"nonce", b"ciphertext")
    return Customer(_new_id(), NOON, NOON, "en", "1.tag", "+86*********01", "CN", sealed, version="1")


def _new_id() -> str:
    return f"cus_{secrets.token_hex(16)}"
