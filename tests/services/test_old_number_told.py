"""The old number hears of a change in time to stop it, or the change comes to nothing."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.contact import Message
from chalicelib.domain.errors import NumberChangePending
from chalicelib.domain.number_choice import NumberWish
from chalicelib.domain.verification import Verification
from tests.fakes import bearer
from tests.services.number_world import ANN, BOB, FREE, NumberWorld, with_bob
from tests.services.world import KEY, NUMBER, OTHER_NUMBER, WALLET, keyed


@pytest.mark.parametrize("both", [False, True])
def test_the_old_number_is_told_once_however_often_the_request_comes(both: bool) -> None:
    world = NumberWorld()
    proof, old = world.proof(ANN), world.old_proof(ANN) if both else None
    sent = world.sent
    for _ in range(3):
        world.ask(ANN, proof, old, key=KEY)
    assert [sms.number for sms in world.sender.sent[sent:]] == [NUMBER]


def test_a_change_of_which_the_old_number_never_heard_lapses() -> None:
    world = NumberWorld()
    thief = replace(WALLET, subject=ANN, roles=frozenset({"customer"}))

    def change(number: str) -> None:
        wish = NumberWish(world.proof(ANN, number).id)
        world.ringfence.change_number(thief, bearer(thief), ANN, wish, None)

    # Who has stolen the account uses up the words that its number gets in a day, and then wants to go unnoticed.
    for last in range(5):
        change(f"+44740012350{last}")
        world.stop(ANN)
    told = [it.number for it in world.sender.sent].count(NUMBER)
    change(FREE)
    assert [it.number for it in world.sender.sent].count(NUMBER) == told
    world.later(days=1)
    world.purge()
    assert (world.opened(ANN), world.ann.change, world.holder(FREE)) == (NUMBER, None, None)
    assert world.told()[-1] == ("lapsed", ANN)
    world.demand_sound()


def test_an_old_number_that_hears_late_has_the_whole_hold_to_stop_the_change() -> None:
    world = NumberWorld()
    thief = replace(WALLET, subject=ANN, roles=frozenset({"customer"}))

    def change(number: str, proof: Verification | None = None) -> Verification:
        proof = proof or world.proof(ANN, number)
        wish, request = NumberWish(proof.id), keyed(KEY + number[-1], number.encode(), "change")
        world.ringfence.change_number(thief, bearer(thief), ANN, wish, request)
        return proof

    for last in range(5):
        change(f"+44740012350{last}")
        world.stop(ANN)
    world.later(minutes=5)
    proof, told = change(FREE), [it.number for it in world.sender.sent].count(NUMBER)
    # A word is free again just before the change takes effect.
    world.later(hours=23, minutes=58)
    change(FREE, proof)
    assert [it.number for it in world.sender.sent].count(NUMBER) == told + 1
    assert "2026-11-23 12:03 UTC" in world.sender.sent[-1].body
    world.later(hours=23, minutes=59)
    world.purge()
    assert (world.opened(ANN), world.ann.due_at) == (NUMBER, world.adapters.clock.at + timedelta(minutes=1))
    world.later(minutes=1)
    world.purge()
    assert world.opened(ANN) == FREE


@pytest.mark.parametrize("step_up", [False, True])
@pytest.mark.parametrize(("hears", "hold_days"), [(False, 1), (False, 7), (True, 1), (True, 7)])
def test_an_account_takes_no_number_over_without_its_own_having_heard(
    step_up: bool, hears: bool, hold_days: int
) -> None:
    world = with_bob(allowed=True, step_up=step_up, hold_days=hold_days)
    thief = replace(WALLET, subject=ANN, roles=frozenset({"customer"}))

    def change(proof: Verification) -> None:
        wish = NumberWish(proof.id, on_conflict="take_over")
        world.ringfence.change_number(thief, bearer(thief), ANN, wish, keyed(KEY + proof.id[-8:], b"", "change"))

    for last in range(5):
        change(world.proof(ANN, f"+44740012350{last}"))
        world.stop(ANN)
    world.later(minutes=5)
    proof = world.proof(ANN, OTHER_NUMBER)
    change(proof)
    world.later(hours=23, minutes=58)
    if hears:
        change(proof)
    world.later(days=hold_days - 1, minutes=2)
    is_in_time = hears and hold_days > 1
    if step_up:
        with nullcontext() if is_in_time else pytest.raises(NumberChangePending):
            change(world.proof(ANN, OTHER_NUMBER))
    else:
        world.purge()
    assert world.opened(ANN) == (OTHER_NUMBER if is_in_time else NUMBER)
    assert world.holder(OTHER_NUMBER) == (ANN if is_in_time else BOB)
    world.demand_sound()


def test_that_it_was_told_is_known_for_as_long_as_a_late_clock_may_need() -> None:
    world = NumberWorld()
    rules = world.policy.rules
    long = replace(rules.number_change, hold_hours=168)
    world.adapters.policy = replace(world.policy, rules=replace(rules, number_change=long))
    world.change(ANN)
    world.later(days=7, hours=12)
    # DynamoDB removes what has lapsed when it likes.
    assert [it.purpose for it in world.rows(Message) if it.lapses_at > world.adapters.clock.at] == ["number_change"]
