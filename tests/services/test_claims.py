"""Whose number another customer asks to take over is told so by their own head, and any proof since then keeps it."""

from datetime import timedelta

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import CustomerExists
from chalicelib.domain.freshness import CARRIER_CHANGED, doubted
from chalicelib.domain.writes import Replace
from tests.fakes import NOON
from tests.services.number_world import ANN, BOB
from tests.services.page import Page
from tests.services.test_strongroom import send
from tests.services.test_take_over import NEW, allowing, bind
from tests.services.world import NUMBER, OTHER_NUMBER, WALLET

WEEK = timedelta(days=7)


def claim_of(head: Customer) -> tuple[object, object]:
    return head.claimed_at, head.claimed_until


@pytest.mark.parametrize("step_up", [False, True])
def test_the_holder_s_head_says_until_when_somebody_waits(step_up: bool) -> None:
    world = allowing(step_up=step_up)
    world.say(world.bob)
    token = world.token(world.bob)
    world.change(ANN, OTHER_NUMBER, "take_over")
    assert claim_of(world.bob) == (NOON, NOON + WEEK * (2 if step_up else 1))
    # A stranger's wish stops no contact of theirs.
    assert send(world, token).id
    world.demand_sound()


def test_a_new_customer_s_claim_is_told_too_and_of_two_the_later_one_counts() -> None:
    world = allowing()
    world.change(ANN, OTHER_NUMBER, "take_over")
    world.later(hours=1)
    bind(world, OTHER_NUMBER)
    later = NOON + timedelta(hours=1)
    assert claim_of(world.bob) == (later, later + WEEK)
    world.demand_sound()


@pytest.mark.parametrize("way", ["page", "step_up", "change"])
def test_any_code_since_then_keeps_the_number_even_an_hour_after_the_last_proof(way: str) -> None:
    world = allowing()
    world.change(ANN, OTHER_NUMBER, "take_over")
    world.later(hours=1)
    if way == "page":
        Page(world).by_sms(OTHER_NUMBER)
    elif way == "step_up":
        world.old_proof(BOB)
    else:
        world.change(BOB, OTHER_NUMBER)
    assert (world.bob.verified_at, claim_of(world.bob)) == (NOON + timedelta(hours=1), (None, None))
    world.later(days=7)
    world.purge()
    assert (world.holder(OTHER_NUMBER), world.ann.change) == (BOB, None)
    assert ("lapsed", ANN) in world.told()


def test_a_sign_in_by_sms_objects_and_ends_no_doubt() -> None:
    world = allowing()
    before = world.bob
    world.store.commit(Replace(before, doubted(before, CARRIER_CHANGED, NOON + timedelta(hours=1))))
    world.change(ANN, OTHER_NUMBER, "take_over")
    world.later(hours=2)
    Page(world).by_sms(OTHER_NUMBER)
    assert (claim_of(world.bob), world.bob.doubt) == ((None, None), CARRIER_CHANGED)


def test_a_code_from_before_the_claim_is_no_objection_to_it() -> None:
    world = allowing()
    proof = world.start(None, purpose="step_up", customer_id=BOB)
    code = world.sender.last_code
    world.check(proof, code)
    world.later(hours=1)
    world.change(ANN, OTHER_NUMBER, "take_over")
    assert world.bob.claimed_at == NOON + timedelta(hours=1)
    world.later(days=7)
    world.purge()
    assert world.holder(OTHER_NUMBER) == ANN
    assert claim_of(world.bob) == (None, None)


def test_a_holder_who_speaks_in_that_moment_is_claimed_all_the_same() -> None:
    world = allowing()
    proof, bob = world.proved(OTHER_NUMBER), world.bob
    world.staged.store.before(Customer, lambda: world.staged.store.before(Customer, lambda: world.say(bob)))
    made = world.ringfence.bind_customer(WALLET, proof.id, NEW, None, False, "take_over")
    assert (made.status, world.bob.claimed_at) == ("unreachable", NOON)
    assert world.bob.consents["order_notice"].decision == "given"
    world.demand_sound()


def test_an_id_that_is_taken_is_told_so_and_nobody_is_claimed() -> None:
    world = allowing()
    proof = world.proved(NUMBER)
    with pytest.raises(CustomerExists):
        world.ringfence.bind_customer(WALLET, proof.id, BOB, None, False, "take_over")
    assert claim_of(world.ann) == (None, None)
