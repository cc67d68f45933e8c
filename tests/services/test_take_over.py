"""A number that another customer has changes hands by two proofs, or after a hold that everybody hears of."""

from dataclasses import replace

import pytest

from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.errors import (
    Contended,
    NumberChangePending,
    NumberInUse,
    TakeOverRefused,
    Unavailable,
    VerificationSpent,
)
from chalicelib.domain.gate import ContactQuestion
from chalicelib.domain.writes import Insert, Replace
from tests.services.number_world import ANN, BOB, FREE, NumberWorld, with_bob
from tests.services.world import KEY, NUMBER, OTHER_NUMBER, STAFF, WALLET, keyed

NEW = "customer-new"


def allowing(*, step_up: bool = False) -> NumberWorld:
    return with_bob(allowed=True, step_up=step_up)


def bind(world: NumberWorld, number: str = NUMBER, on_conflict: str = "take_over", key: str = "") -> Customer:
    proof = world.proved(number)
    request = keyed(key, proof.id.encode(), "bind")
    return world.ringfence.bind_customer(WALLET, proof.id, NEW, request, False, on_conflict)


def test_two_who_prove_each_other_s_number_swap() -> None:
    world = with_bob()
    for who in (world.ann, world.bob):
        world.say(who, purpose="marketing")
        world.say(who)
    asked = world.change(ANN, OTHER_NUMBER, "swap")
    assert (asked.tag, asked.change is None) == (world.tag(), False)
    world.change(BOB, NUMBER, "swap")
    assert (world.opened(ANN), world.opened(BOB)) == (OTHER_NUMBER, NUMBER)
    assert (world.holder(), world.holder(OTHER_NUMBER)) == (BOB, ANN)
    for who in (world.ann, world.bob):
        assert (who.change, who.consents["marketing"].decision) == (None, "expired")
        assert who.consents["order_notice"].decision == "given"
    assert world.told() == [("begun", ANN), ("done", BOB), ("done", ANN)]
    world.demand_sound()


def test_a_swap_that_nobody_answers_lapses_and_one_without_a_number_is_none() -> None:
    world = with_bob()
    before = world.ann
    world.change(ANN, OTHER_NUMBER, "swap")
    world.later(hours=24)
    world.purge()
    assert replace(world.ann, version="") == replace(before, version="")
    assert (world.holder(), world.holder(OTHER_NUMBER)) == (ANN, BOB)
    world.store.commit(Replace(world.ann, world.ann.having(None)))
    with pytest.raises(NumberInUse):
        world.change(ANN, OTHER_NUMBER, "swap")


def test_a_swap_whose_time_is_over_is_answered_by_nobody_however_late_the_clock_is() -> None:
    world = with_bob()
    world.change(ANN, OTHER_NUMBER, "swap")
    world.later(hours=24)
    assert world.change(BOB, NUMBER, "swap").change is not None
    assert (world.holder(), world.holder(OTHER_NUMBER)) == (ANN, BOB)
    world.purge()
    world.change(ANN, OTHER_NUMBER, "swap")
    assert (world.opened(ANN), world.opened(BOB)) == (OTHER_NUMBER, NUMBER)


def test_of_two_who_ask_for_a_swap_in_the_same_moment_the_second_finds_the_first() -> None:
    world = with_bob()
    mine, theirs = world.proof(ANN, OTHER_NUMBER), world.proof(BOB, NUMBER)
    world.staged.store.before(Customer, lambda: world.ask(BOB, theirs, on_conflict="swap"))
    world.ask(ANN, mine, on_conflict="swap")
    assert (world.holder(), world.holder(OTHER_NUMBER)) == (BOB, ANN)
    world.demand_sound()


def test_the_policy_forbids_take_overs_unless_it_says_otherwise() -> None:
    world = with_bob()
    with pytest.raises(TakeOverRefused):
        world.change(ANN, OTHER_NUMBER, "take_over")
    with pytest.raises(TakeOverRefused):
        bind(world)
    assert (world.told(), len(world.rows(Customer))) == ([], 2)


def test_after_the_hold_the_old_customer_is_unreachable_and_nobody_inherits_anything() -> None:
    world = allowing()
    world.say(world.bob)
    waiting = world.change(ANN, OTHER_NUMBER, "take_over")
    assert (waiting.tag, world.holder(OTHER_NUMBER)) == (world.tag(), BOB)
    world.later(days=7)
    world.purge()
    assert (world.opened(ANN), world.holder(), world.holder(OTHER_NUMBER)) == (OTHER_NUMBER, None, ANN)
    assert (world.bob.status, world.bob.held, world.ann.consents) == ("unreachable", None, {})
    answer = world.ringfence.decide_contact(STAFF, ContactQuestion(BOB, "order_notice", "sms"), None)
    assert answer.decision.reason == "customer_unreachable"
    assert world.told() == [("claimed", BOB), ("begun", ANN), ("done", ANN), ("lost", BOB)]
    world.demand_sound()


def test_who_lost_a_number_can_prove_another() -> None:
    world = allowing()
    world.change(ANN, OTHER_NUMBER, "take_over")
    world.later(days=7)
    world.purge()
    assert (world.change(BOB, FREE).status, world.opened(BOB)) == ("active", FREE)
    world.demand_sound()


def test_a_new_customer_waits_without_a_number_and_then_has_it() -> None:
    world = allowing()
    world.ringfence.stop_advertising([world.tag()], "sms", world.adapters.clock.at)
    made = bind(world, key=KEY)
    assert (made.status, made.tag, made.suppressed_at, world.holder()) == ("unreachable", None, None, ANN)
    assert world.told() == [("claimed", ANN), ("begun", NEW)]
    world.demand_sound()
    world.later(days=7)
    world.purge()
    assert (world.row(Customer, NEW).status, world.opened(NEW), world.ann.status) == ("active", NUMBER, "unreachable")
    assert (world.row(Customer, NEW).suppressed_at is not None, world.ann.suppressed_at) == (True, None)
    world.demand_sound()


def test_a_free_number_is_bound_whatever_was_to_happen_on_conflict() -> None:
    world = allowing()
    with pytest.raises(NumberInUse):
        bind(world, NUMBER, "refuse")
    assert bind(world, FREE).status == "active"


def test_a_number_whose_row_names_nobody_goes_to_nobody() -> None:
    world = allowing()
    world.store.commit(Insert(TagHolder(world.tag(FREE), "customer-lost")))
    with pytest.raises(Contended):
        bind(world, FREE)
    assert (len(world.rows(Customer)), world.holder(FREE)) == (2, "customer-lost")


def test_a_holder_who_closes_in_that_moment_leaves_the_number_to_the_new_customer() -> None:
    world = allowing()
    proof = world.proved(NUMBER)
    ann = world.ann
    world.staged.store.before(Customer, lambda: world.staged.store.before(Customer, lambda: world.close(ann)))
    made = world.ringfence.bind_customer(WALLET, proof.id, NEW, None, False, "take_over")
    assert (made.status, world.holder()) == ("active", NEW)
    world.demand_sound()


def test_a_holder_who_closes_while_their_number_is_taken_stays_closed() -> None:
    world = allowing()
    bob = world.bob
    world.change(ANN, OTHER_NUMBER, "take_over")
    world.later(days=7)
    # Their row is read before, and their head after.
    store = world.staged.store
    store.before_get(TagHolder, lambda: store.before_get(Customer, lambda: world.close(bob)))
    world.purge()
    assert (world.bob.status, world.bob.held, world.holder(OTHER_NUMBER)) == ("restricted", bob.held, ANN)
    assert world.told() == [("claimed", BOB), ("begun", ANN), ("done", ANN)]
    world.demand_sound()


@pytest.mark.parametrize("step_up", [False, True])
def test_a_holder_who_proves_the_number_again_keeps_it(step_up: bool) -> None:
    world = allowing(step_up=step_up)
    world.change(ANN, OTHER_NUMBER, "take_over")
    world.later(days=1)
    world.change(BOB, OTHER_NUMBER)
    world.later(days=6)
    if step_up:
        with pytest.raises(NumberInUse):
            world.change(ANN, OTHER_NUMBER, "take_over")
        world.later(days=7)
    world.purge()
    assert (world.holder(OTHER_NUMBER), world.ann.change, world.ann.tag) == (BOB, None, world.tag())
    assert world.told() == [("claimed", BOB), ("begun", ANN), ("lapsed", ANN)]
    world.demand_sound()


def test_with_step_up_the_number_is_proved_once_more_after_the_hold() -> None:
    world = allowing(step_up=True)
    first = world.proof(ANN, OTHER_NUMBER)
    world.ask(ANN, first, on_conflict="take_over")
    with pytest.raises(VerificationSpent):
        world.ask(ANN, first, on_conflict="take_over")
    with pytest.raises(NumberChangePending):
        world.change(ANN, OTHER_NUMBER, "take_over")
    world.later(days=7)
    world.purge()
    assert world.holder(OTHER_NUMBER) == BOB
    with pytest.raises(NumberChangePending):
        world.change(ANN, FREE)
    for on_conflict in ("refuse", "swap"):
        with pytest.raises(NumberInUse):
            world.change(ANN, OTHER_NUMBER, on_conflict)
    done = world.change(ANN, OTHER_NUMBER, "take_over")
    assert (done.change, done.verified_at, world.opened(ANN)) == (None, world.adapters.clock.at, OTHER_NUMBER)
    assert world.bob.status == "unreachable"
    world.demand_sound()


def test_a_proof_from_before_the_end_of_the_hold_completes_nothing() -> None:
    world = allowing(step_up=True)
    world.change(ANN, OTHER_NUMBER, "take_over")
    world.later(days=6, hours=23)
    early = world.proof(ANN, OTHER_NUMBER)
    world.later(hours=2)
    with pytest.raises(NumberChangePending):
        world.ask(ANN, early, on_conflict="take_over")


def test_without_the_second_proof_it_lapses() -> None:
    world = allowing(step_up=True)
    world.change(ANN, OTHER_NUMBER, "take_over")
    world.later(days=14)
    with pytest.raises(NumberChangePending):
        world.change(ANN, OTHER_NUMBER, "take_over")
    world.purge()
    assert (world.ann.change, world.holder(OTHER_NUMBER)) == (None, BOB)
    world.demand_sound()


def test_nothing_begins_that_the_holder_cannot_be_told() -> None:
    world = allowing()
    proof = world.proof(ANN, OTHER_NUMBER)
    world.adapters.bus.is_down = True
    with pytest.raises(Unavailable):
        world.ask(ANN, proof, on_conflict="take_over")
    with pytest.raises(Unavailable):
        bind(world)
    assert (world.ann.change, len(world.rows(Customer))) == (None, 2)
    assert [name for name, _ in world.adapters.journal.notes if name == "news_untold"]
    world.demand_sound()


def test_other_steps_happen_untold_and_the_journal_says_so() -> None:
    world = NumberWorld()
    world.adapters.bus.is_down = True
    world.change(ANN)
    assert world.ann.change is not None
    said = {"news": "NumberChange", "event_id": f"{world.ann.change.id}.{ANN}.begun"}
    assert ("news_untold", said) in world.adapters.journal.notes


def test_a_number_that_two_want_to_take_over_goes_to_one() -> None:
    world = allowing()
    world.change(ANN, OTHER_NUMBER, "take_over")
    bind(world, OTHER_NUMBER)
    world.later(days=7)
    world.purge()
    assert world.holder(OTHER_NUMBER) in (ANN, NEW)
    assert [step for step, _ in world.told()].count("lost") == 1
    world.demand_sound()
