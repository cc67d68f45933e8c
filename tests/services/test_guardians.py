"""A child under 14 says no alone, and yes only through a guardian who proved a number of their own."""

from dataclasses import replace

import pytest

from chalicelib.domain.consent import ConsentChoice, ConsentEvent
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import (
    ContactTokenInvalid,
    Contended,
    CustomerRestricted,
    FieldInvalid,
    GuardianRequired,
    IdempotencyKeyReused,
    NotFound,
    NotPermitted,
    VerificationCancelled,
    VerificationNotProved,
    VerificationPurposeMismatch,
    VerificationSpent,
)
from chalicelib.domain.gate import ContactQuestion
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.verification import Verification
from tests.fakes import bearer, caller
from tests.services.staged_store import StagedAdapters
from tests.services.world import KEY, NUMBER, OTHER_NUMBER, OTHER_WALLET, STAFF, WALLET, World, keyed

CHOICE = ConsentChoice("marketing", "given", 1, "en", None, ("sms",), "signup_screen")


def child(world: World) -> Customer:
    return world.ringfence.bind_customer(WALLET, world.proved().id, None, None, under_14=True)


def guardian(world: World, customer: Customer, number: str = OTHER_NUMBER) -> Verification:
    started = world.start(number, purpose="guardian", customer_id=customer.id)
    return world.check(started, world.sender.last_code)


def spoken(world: World, customer: Customer, verification: Verification | None, **changes: object) -> ConsentEvent:
    proof = verification.id if verification else None
    choice = replace(CHOICE, guardian_verification_id=proof, **changes)  # type: ignore[arg-type]
    return world.ringfence.record_consent(WALLET, customer.id, choice, None)


def reason(world: World, customer: Customer) -> str:
    return world.ringfence.decide_contact(STAFF, ContactQuestion(customer.id, "marketing", "sms"), None).decision.reason


def test_a_child_alone_can_refuse_and_withdraw_and_not_give(world: World) -> None:
    customer = child(world)
    with pytest.raises(GuardianRequired):
        spoken(world, customer, None)
    for decision in ("refused", "withdrawn"):
        assert spoken(world, customer, None, decision=decision, channels=()).actor == "customer"
    assert reason(world, customer) == "consent_withdrawn"


def test_a_guardian_s_proof_serves_one_sitting_and_the_events_name_the_guardian(world: World) -> None:
    customer = child(world)
    proof = guardian(world, customer)
    for purpose in ("marketing", "order_notice"):
        event = spoken(world, customer, proof, purpose=purpose)
        assert event.actor == "guardian"
        assert event.guardian is not None
        assert (event.guardian.verification_id, event.guardian.phone_number_masked) == (proof.id, proof.masked)
    # They may change their mind about the channels within the sitting.
    event = spoken(world, customer, proof, channels=("sms", "call"))
    assert world.row(Customer, customer.id).consents["marketing"].channels == ("sms", "call")
    assert world.ringfence.history(customer.id)[-1] == event
    assert reason(world, customer) == "consent_given"
    # The child's no counts against the guardian's yes.
    spoken(world, customer, None, decision="withdrawn", channels=())
    assert reason(world, customer) == "consent_withdrawn"


def test_the_child_s_own_number_proves_no_guardian(world: World) -> None:
    customer = child(world)
    with pytest.raises(FieldInvalid) as refused:
        spoken(world, customer, guardian(world, customer, NUMBER))
    assert refused.value.pointer == "/guardian_verification_id"


def test_a_proof_for_another_child_another_wallet_s_or_none_yet_is_no_proof(world: World) -> None:
    customer = child(world)
    sibling = world.customer("+447400123457")
    with pytest.raises(NotFound):
        spoken(world, customer, guardian(world, sibling))
    with pytest.raises(NotFound):
        spoken(world, customer, replace(guardian(world, customer), id="vrf_" + "0" * 32))
    theirs = world.start(OTHER_NUMBER, purpose="guardian", customer_id=customer.id, by=OTHER_WALLET)
    world.check(theirs, world.sender.last_code, by=OTHER_WALLET)
    with pytest.raises(NotFound):
        spoken(world, customer, theirs)
    pending = world.start(OTHER_NUMBER, purpose="guardian", customer_id=customer.id)
    with pytest.raises(VerificationNotProved):
        spoken(world, customer, pending)
    with pytest.raises(VerificationPurposeMismatch):
        spoken(world, customer, world.proved("+447400123458"))
    assert world.row(Customer, customer.id).ledger_sequence == 0


def test_a_guardian_can_only_stand_for_a_customer_there_is(world: World) -> None:
    with pytest.raises(NotFound):
        world.start(OTHER_NUMBER, purpose="guardian", customer_id="cus_of_nobody")


def test_what_a_child_gave_before_the_wallet_knew_their_age_permits_nothing_any_more(world: World) -> None:
    customer = world.customer()
    world.say(customer, purpose="marketing")
    assert reason(world, customer) == "consent_given"
    token = world.token(customer, purpose="marketing")
    world.ringfence.note_age(customer.id, True, None)
    assert reason(world, customer) == "guardian_missing"
    with pytest.raises(ContactTokenInvalid):
        world.ringfence.strongroom.send_message(bearer(STAFF), token, "offer", {}, None)
    world.later(days=200)
    # Turning 14 does not make a child's word one's own.
    world.ringfence.note_age(customer.id, False, None)
    assert reason(world, customer) == "guardian_missing"
    world.later(seconds=1)
    world.say(customer, purpose="marketing")
    assert reason(world, customer) == "consent_given"


def test_what_a_guardian_gave_outlasts_childhood(world: World) -> None:
    customer = child(world)
    spoken(world, customer, guardian(world, customer))
    world.ringfence.note_age(customer.id, False, None)
    assert reason(world, customer) == "consent_given"


def test_the_child_s_own_token_cannot_bring_the_guardian_s_proof(world: World) -> None:
    customer = child(world)
    proof = guardian(world, customer)
    own = caller("customer", subject=customer.id)
    choice = replace(CHOICE, guardian_verification_id=proof.id)
    with pytest.raises(NotPermitted):
        world.ringfence.record_consent(own, customer.id, choice, None)
    assert world.row(Customer, customer.id).ledger_sequence == 0


def test_what_the_guardian_took_back_is_not_given_again_with_the_old_proof(world: World) -> None:
    customer = child(world)
    proof = guardian(world, customer)
    spoken(world, customer, proof)
    world.later(minutes=1)
    spoken(world, customer, proof, decision="withdrawn", channels=())
    with pytest.raises(VerificationSpent):
        spoken(world, customer, proof)
    world.later(minutes=1)
    assert spoken(world, customer, guardian(world, customer)).actor == "guardian"


def test_a_proof_that_is_cancelled_in_this_moment_proves_nothing() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = child(world)
    proof = guardian(world, customer)
    adapters.store.before(LedgerEvent, lambda: world.cancel(proof.id))
    with pytest.raises(Contended):
        spoken(world, customer, proof)
    with pytest.raises(VerificationCancelled):
        spoken(world, customer, proof)
    assert world.row(Customer, customer.id).ledger_sequence == 0


def test_the_guardian_s_number_is_gone_with_the_proof(world: World) -> None:
    customer = child(world)
    proof = guardian(world, customer)
    assert world.row(Verification, proof.id).pending_number is None


def test_age_is_noted_once_for_one_key_and_for_active_customers_only(world: World) -> None:
    customer = world.customer()
    noted = world.ringfence.note_age(customer.id, True, keyed(KEY, b"true"))
    assert noted.under_14
    assert world.ringfence.note_age(customer.id, True, keyed(KEY, b"true")) == noted
    with pytest.raises(IdempotencyKeyReused):
        world.ringfence.note_age(customer.id, False, keyed(KEY, b"false"))
    with pytest.raises(NotFound):
        world.ringfence.note_age("cus_of_nobody", True, None)
    world.close(customer)
    with pytest.raises(CustomerRestricted):
        world.ringfence.note_age(customer.id, False, None)
