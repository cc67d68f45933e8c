"""Receipts signed by KMS: what an earlier key signed is checked with the keys that are published after a rotation."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import boto3
import pytest

from chalicelib.adapters.kms_signer import KmsSigner
from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.customer import Customer
from chalicelib.ports import Signer
from tests.consent_receipts import openssl_says, require_receipt, require_signed
from tests.fakes import caller
from tests.memory_signer import MemorySigner
from tests.worlds import World, fresh_number

PURPOSE = "marketing"


@pytest.fixture
def customer(world: World) -> Customer:
    """A customer who gave a consent and withdrew it."""
    made = world.customer(fresh_number())
    given = ConsentChoice(PURPOSE, "given", 1, "zh-CN", None, ("sms",), "signup_screen")
    for choice in (given, replace(given, decision="withdrawn", channels=())):
        world.ringfence.record_consent(caller(), made.id, choice, None)
    return made


@pytest.fixture
def next_signer(world: World) -> Callable[[], Signer]:
    """A signer with a new key, which knows the world's key as a former one."""

    def rotate() -> Signer:
        signer = world.ringfence.adapters.signer
        if isinstance(signer, MemorySigner):
            rotated = MemorySigner(list(signer.keys))
            rotated.rotate()
            return rotated
        assert isinstance(signer, KmsSigner)
        made = boto3.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
        return KmsSigner(made, (signer.signing_key,))

    return rotate


def test_receipts_are_checked_through_a_rotation(
    world: World, customer: Customer, next_signer: Callable[[], Signer], tmp_path: Path
) -> None:
    issue = world.ringfence.issue_receipt
    old = issue.signed(customer.id, PURPOSE)
    rotated = next_signer()
    new = replace(issue, signer=rotated).signed(customer.id, PURPOSE)
    keys = {"keys": rotated.public_keys()}
    for token in (old, new):
        assert require_signed(token, keys) == issue(customer.id, PURPOSE)
        assert openssl_says(token, keys, tmp_path) == "Verified OK"
    assert old.partition(".")[0] != new.partition(".")[0]
    # Without the former key nobody can check the old one.
    with pytest.raises(AssertionError, match="not published"):
        require_signed(old, {"keys": rotated.public_keys()[:1]})


def test_the_ledger_s_order_is_the_receipt_s(world: World, customer: Customer) -> None:
    receipt = require_receipt(world.ringfence.issue_receipt(customer.id, PURPOSE))
    events = receipt["records"][0]["events"]
    assert [event["event_state"] for event in events] == ["dpv:ConsentGiven", "dpv:ConsentWithdrawn"]
    assert events[1]["ringfence:previous_hash"] == events[0]["ringfence:hash"]
