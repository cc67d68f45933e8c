"""A receipt says what the ledger says, is signed as it stands, and lives as long as the ledger's key."""

from dataclasses import replace

import pytest

from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import LedgerDamaged, NotFound
from chalicelib.domain.ledger import LedgerEvent
from tests.consent_receipts import require_receipt, require_signed
from tests.services.world import OTHER_NUMBER, WALLET, World


def states(world: World, customer: Customer, purpose: str) -> list[str]:
    receipt = require_receipt(world.ringfence.issue_receipt(customer.id, purpose))
    return [event["event_state"].removeprefix("dpv:") for event in receipt["records"][0]["events"]]


def test_the_receipt_has_every_event_of_its_purpose_and_no_other(world: World) -> None:
    customer = world.customer()
    world.say(customer, purpose="marketing")
    world.say(customer, purpose="order_notice")
    world.say(customer, "withdrawn", "marketing")
    world.say(customer, "refused", "satisfaction_survey")
    assert states(world, customer, "marketing") == ["ConsentGiven", "ConsentWithdrawn"]
    assert states(world, customer, "order_notice") == ["ConsentGiven"]
    assert states(world, customer, "satisfaction_survey") == ["ConsentRefused"]


def test_the_receipt_says_what_the_ledger_and_the_notice_say(world: World) -> None:
    customer = world.customer()
    event = world.say(customer, purpose="marketing", channels=("sms",))
    (record,) = require_receipt(world.ringfence.issue_receipt(customer.id, "marketing"))["records"]
    (said,) = record["events"]
    (link,) = world.store.history(LedgerEvent, customer.id)
    assert (said["ringfence:sequence"], said["ringfence:hash"]) == (link.sequence, link.hash)
    assert said["ringfence:previous_hash"] == link.previous_hash
    assert said["ringfence:event_id"] == event.event_id
    assert said["ringfence:channels"] == ["sms"]
    assert (said["ringfence:most_per_month"], said["validity_duration"]["rdf:value"]) == (4, "P365D")
    notice = world.policy.notices["marketing", 1, "en"]
    assert said["ringfence:notice_sha256"] == notice.sha256
    assert (record["pii_processing"]["purpose"], record["pii_processing"]["purpose_type"]) == (
        notice.title,
        "dpv:DirectMarketing",
    )


def test_a_receipt_is_the_same_until_something_is_said(world: World) -> None:
    customer = world.customer()
    world.say(customer, purpose="marketing")
    before = world.ringfence.issue_receipt(customer.id, "marketing")
    world.later(days=10)
    assert world.ringfence.issue_receipt(customer.id, "marketing") == before
    world.say(customer, purpose="order_notice")
    assert world.ringfence.issue_receipt(customer.id, "marketing") == before
    world.ringfence.note_age(customer.id, True, None)
    assert world.ringfence.issue_receipt(customer.id, "marketing") != before
    world.ringfence.note_age(customer.id, False, None)
    assert world.ringfence.issue_receipt(customer.id, "marketing") == before
    world.say(customer, "withdrawn", "marketing")
    assert world.ringfence.issue_receipt(customer.id, "marketing") != before


def test_a_child_s_receipt_names_the_guardian_by_a_mask(world: World) -> None:
    child = world.ringfence.bind_customer(WALLET, world.proved().id, None, None, under_14=True)
    proof = world.start(OTHER_NUMBER, purpose="guardian", customer_id=child.id)
    world.check(proof, world.sender.last_code)
    choice = ConsentChoice("marketing", "given", 1, "en", None, ("sms",), "signup_screen", "tap", proof.id)
    world.ringfence.record_consent(WALLET, child.id, choice, None)
    octets = world.ringfence.issue_receipt(child.id, "marketing")
    (record,) = require_receipt(octets)["records"]
    assert record["pii_processing"]["pii_information"][0]["sensitive_pii_category"] is True
    (event,) = record["events"]
    assert event["entity_id"] == event["ringfence:guardian"]["verification_id"] == proof.id
    assert event["ringfence:guardian"]["phone_number_masked"] == proof.masked
    assert OTHER_NUMBER[3:].encode() not in octets


def test_an_expiry_is_on_the_receipt(world: World) -> None:
    customer = world.customer()
    world.say(customer, purpose="marketing")
    world.later(days=365)
    world.purge()
    world.say(customer, purpose="marketing")
    assert states(world, customer, "marketing") == ["ConsentGiven", "ConsentExpired", "RenewedConsentGiven"]


def test_the_signed_receipt_has_the_same_octets(world: World) -> None:
    customer = world.customer()
    world.say(customer, "refused", "marketing")
    token = world.ringfence.issue_receipt.signed(customer.id, "marketing")
    keys = {"keys": world.adapters.signer.public_keys()}
    assert require_signed(token, keys) == world.ringfence.issue_receipt(customer.id, "marketing")


def test_old_receipts_are_checked_after_a_rotation(world: World) -> None:
    customer = world.customer()
    world.say(customer, purpose="marketing")
    old = world.ringfence.issue_receipt.signed(customer.id, "marketing")
    world.adapters.signer.rotate()
    new = world.ringfence.issue_receipt.signed(customer.id, "marketing")
    keys = {"keys": world.adapters.signer.public_keys()}
    assert require_signed(old, keys) == require_signed(new, keys)
    assert old.partition(".")[0] != new.partition(".")[0]


def test_what_was_never_said_has_no_receipt(world: World) -> None:
    customer = world.customer()
    for customer_id, purpose in ((customer.id, "marketing"), (customer.id, ""), ("cus_nobody", "marketing")):
        with pytest.raises(NotFound):
            world.ringfence.issue_receipt(customer_id, purpose)


def test_a_receipt_outlives_the_number_and_ends_with_the_ledger(world: World) -> None:
    customer = world.customer()
    world.say(customer, purpose="marketing")
    before = world.ringfence.issue_receipt(customer.id, "marketing")
    world.close(customer)
    world.later(days=31)
    world.purge()
    assert world.row(Customer, customer.id).status == "purged"
    assert world.ringfence.issue_receipt(customer.id, "marketing") == before
    world.later(days=1096)
    world.purge()
    with pytest.raises(NotFound):
        world.ringfence.issue_receipt(customer.id, "marketing")


def test_no_receipt_of_a_damaged_ledger(world: World) -> None:
    customer = world.customer()
    world.say(customer, purpose="marketing")
    (link,) = world.store.history(LedgerEvent, customer.id)
    world.store.rows[LedgerEvent, (customer.id, f"{link.sequence:012d}")] = replace(link, hash="0" * 64)
    with pytest.raises(LedgerDamaged):
        world.ringfence.issue_receipt(customer.id, "marketing")
