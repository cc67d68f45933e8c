"""A customer's number changes at once with both phones, after a hold with one, and back again."""

from dataclasses import replace

import pytest

from chalicelib.domain.contact import token_digest
from chalicelib.domain.customer import WrappedKey
from chalicelib.domain.errors import (
    ContactTokenInvalid,
    CustomerRestricted,
    IdempotencyKeyReused,
    NotAuthenticated,
    NotFound,
    NumberChangePending,
    NumberInUse,
    VerificationPurposeMismatch,
    VerificationSpent,
)
from chalicelib.domain.session import SESSION_LIFETIME, Session, new_token
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Insert, Replace
from chalicelib.services.current_session import current_session
from tests.fakes import bearer
from tests.services.number_world import ANN, BOB, FREE, NumberWorld, with_bob
from tests.services.world import KEY, NUMBER, OTHER_NUMBER, OTHER_WALLET, STAFF, at_once, keyed, only


def test_with_both_phones_it_is_at_once_and_the_old_number_is_erased_after_the_hold() -> None:
    world = NumberWorld()
    old_key = world.ann.number.key_id  # type: ignore[union-attr]
    after = world.change_with_both(ANN)
    assert after == world.ann
    assert (after.tag, world.opened(ANN), world.holder(), world.holder(FREE)) == (world.tag(FREE), FREE, ANN, ANN)
    world.demand_sound()
    world.later(hours=24)
    assert dict(world.purge().ended) == {"number_change_ended": 1}
    assert (world.holder(), world.ann.change, world.opened(ANN)) == (None, None, FREE)
    assert world.store.get(WrappedKey, ANN, old_key) is None
    assert world.told() == [("begun", ANN), ("done", ANN)]
    world.demand_sound()


def test_with_the_new_phone_alone_it_waits_and_commercial_consents_are_asked_again() -> None:
    world = NumberWorld()
    for purpose in ("marketing", "order_notice"):
        world.say(world.ann, purpose=purpose)
    waiting = world.change(ANN)
    assert (waiting.tag, world.opened(ANN), world.holder(FREE)) == (world.tag(), NUMBER, ANN)
    world.later(hours=23)
    assert not world.purge().ended
    world.later(hours=1)
    assert dict(world.purge().ended) == {"number_change_ended": 1}
    assert (world.opened(ANN), world.holder()) == (FREE, None)
    decisions = {purpose: it.decision for purpose, it in world.ann.consents.items()}
    assert decisions == {"marketing": "expired", "order_notice": "given"}
    assert [it.surface for it in world.ringfence.history(ANN)][-1] == "number_change"
    world.demand_sound()


@pytest.mark.parametrize(("keeps", "marketing"), [("all", "given"), ("not_commercial", "expired")])
def test_who_proved_both_keeps_what_the_policy_says(keeps: str, marketing: str) -> None:
    world = NumberWorld(keeps=keeps)
    world.say(world.ann, purpose="marketing")
    world.change_with_both(ANN)
    assert world.ann.consents["marketing"].decision == marketing
    world.demand_sound()


@pytest.mark.parametrize("both", [False, True])
def test_a_change_can_be_stopped_and_leaves_nothing(both: bool) -> None:
    world = NumberWorld()
    before = world.ann
    begun = world.change_with_both(ANN) if both else world.change(ANN)
    assert begun.change is not None
    with pytest.raises(NotFound):
        world.stop(ANN, change_id="chg_of_before")
    stopped = world.stop(ANN, KEY, begun.change.id)
    assert (stopped.held, stopped.change, world.holder(FREE), world.opened(ANN)) == (before.held, None, None, NUMBER)
    assert world.stop(ANN, KEY, begun.change.id) == stopped
    with pytest.raises(NotFound):
        world.stop(ANN)
    assert world.told() == [("begun", ANN), ("stopped", ANN)]
    world.demand_sound()


@pytest.mark.parametrize("both", [False, True])
def test_who_proves_the_old_number_in_time_has_it_back(both: bool) -> None:
    world = NumberWorld()
    _ = world.change_with_both(ANN) if both else world.change(ANN)
    world.later(hours=2)
    back = world.change(ANN, NUMBER)
    assert (back.tag, back.change, back.verified_at) == (world.tag(), None, world.adapters.clock.at)
    assert world.holder(FREE) is None
    world.demand_sound()


def test_changing_back_after_the_hold_is_a_change_like_any() -> None:
    world = NumberWorld()
    world.change_with_both(ANN)
    world.later(hours=24)
    world.purge()
    assert world.change_with_both(ANN, NUMBER).tag == world.tag()
    world.later(hours=24)
    world.purge()
    assert (world.opened(ANN), world.holder(FREE)) == (NUMBER, None)
    world.demand_sound()


def test_the_same_number_again_is_a_fresh_proof_of_it() -> None:
    world = NumberWorld()
    before = world.ann
    world.later(days=3)
    after = world.change(ANN, NUMBER)
    assert (after.number, after.change, after.verified_at) == (before.number, None, world.adapters.clock.at)
    assert world.told() == []
    world.demand_sound()


def test_a_second_change_waits_for_the_first() -> None:
    world = NumberWorld()
    world.change(ANN)
    for number in (OTHER_NUMBER, FREE):
        with pytest.raises(NumberChangePending):
            world.change(ANN, number)
    world.demand_sound()


def test_a_number_that_somebody_has_waits_for_or_has_just_left_is_theirs() -> None:
    world = with_bob()
    with pytest.raises(NumberInUse):
        world.change(ANN, OTHER_NUMBER)
    world.change(BOB, FREE)
    for on_conflict in ("refuse", "swap", "take_over"):
        with pytest.raises(NumberInUse):
            world.change(ANN, FREE, on_conflict)
    assert world.ann.change is None
    world.demand_sound()


def test_a_proof_is_spent_once_and_is_for_its_customer_and_client() -> None:
    world = with_bob()
    proof = world.proof(ANN)
    with pytest.raises(NotFound):
        world.ask(BOB, proof)
    with pytest.raises(NotFound):
        world.ask(ANN, world.proof(ANN), world.old_proof(BOB))
    with pytest.raises(VerificationPurposeMismatch):
        world.ask(ANN, world.old_proof(ANN))
    with pytest.raises(VerificationPurposeMismatch):
        world.ask(ANN, proof, world.proof(ANN, NUMBER))
    world.ask(ANN, proof)
    with pytest.raises(VerificationSpent):
        world.ask(ANN, proof)
    assert world.row(Verification, proof.id).pending_number is None


def test_another_client_s_proof_does_not_exist() -> None:
    world = NumberWorld()
    started = world.start(FREE, by=OTHER_WALLET, purpose="number_change", customer_id=ANN)
    proof = world.check(started, world.sender.last_code, by=OTHER_WALLET)
    with pytest.raises(NotFound):
        world.ask(ANN, proof)


def test_an_old_proof_of_a_number_that_was_left_since_makes_no_strong_change() -> None:
    world = NumberWorld()
    old = world.old_proof(ANN)
    world.change_with_both(ANN)
    world.later(hours=23)
    world.change(ANN, FREE)
    world.stop(ANN)
    proof = world.proof(ANN)
    world.change_with_both(ANN, OTHER_NUMBER)
    world.stop(ANN)
    assert world.ann.tag == world.tag()
    left = world.ann
    world.store.commit(Replace(left, left.having(None)))
    with pytest.raises(VerificationPurposeMismatch):
        world.ask(ANN, proof, old)


def test_who_has_no_number_has_the_new_one_at_once() -> None:
    world = NumberWorld()
    world.store.commit(Replace(world.ann, world.ann.having(None)))
    after = world.change(ANN)
    assert (after.status, after.change, world.opened(ANN)) == ("active", None, FREE)
    assert world.told() == [("done", ANN)]


def test_who_changes_their_number_is_there() -> None:
    world = NumberWorld()
    rules = world.policy.rules
    kept = replace(rules.retention, inactive_days=90)
    world.adapters.policy = replace(world.policy, rules=replace(rules, retention=kept))
    world.later(days=89)
    world.change(ANN)
    for _ in range(3):
        world.later(days=1)
        world.purge()
    assert (world.ann.status, world.opened(ANN)) == ("active", FREE)


def test_a_closed_customer_has_no_change() -> None:
    world = NumberWorld()
    proof = world.proof(ANN)
    world.close(world.ann)
    with pytest.raises(CustomerRestricted):
        world.ask(ANN, proof)


def test_fifty_repeats_with_one_key_are_one_change() -> None:
    world = NumberWorld()
    proof = world.proof(ANN)
    results = at_once(lambda _: world.ask(ANN, proof, key=KEY), 20)
    assert {it.change.id for it in only(results, type(world.ann))} == {world.ann.change.id}  # type: ignore[union-attr]
    assert len(only(results, type(world.ann))) == 20
    with pytest.raises(IdempotencyKeyReused):
        world.ask(ANN, proof, on_conflict="swap", key=KEY)
    world.demand_sound()


def test_tokens_and_sessions_of_the_old_number_end_with_it() -> None:
    world = NumberWorld()
    world.say(world.ann)
    token = world.token(world.ann)
    at, session = world.adapters.clock.at, new_token()
    opened = Session(token_digest(session), ANN, "sms", at + SESSION_LIFETIME, world.ann.tag)
    world.store.commit(Insert(opened))
    assert current_session(world.store, session, "look", at).customer == world.ann
    world.change_with_both(ANN)
    with pytest.raises(ContactTokenInvalid):
        world.ringfence.strongroom.reveal(bearer(STAFF), token, "Customer asked for a call back", keyed(None))
    with pytest.raises(NotAuthenticated):
        current_session(world.store, session, "look", at)


def test_the_stop_on_advertising_follows_the_number() -> None:
    world = NumberWorld()
    world.ringfence.stop_advertising([world.tag()], "sms", world.adapters.clock.at)
    assert world.ann.suppressed_at is not None
    assert world.change_with_both(ANN).suppressed_at is None
    assert world.stop(ANN).suppressed_at is not None


@pytest.mark.parametrize("both", [False, True])
def test_a_stop_from_the_number_that_is_not_theirs_now_is_heard(both: bool) -> None:
    world = NumberWorld()
    _ = world.change_with_both(ANN) if both else world.change(ANN)
    other = world.ann.change.other.tag  # type: ignore[union-attr]
    assert world.ringfence.stop_advertising([other], "sms", world.adapters.clock.at).customer is None
    assert world.ann.suppressed_at is None
    world.later(hours=24)
    world.purge()
    assert (world.ann.suppressed_at is not None) is not both
