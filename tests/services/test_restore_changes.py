"""After an old copy of the customers was put back and replayed, no change of number is undone or made twice."""

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import CustomerUnreachable, VerificationSpent
from tests.services.number_world import ANN, BOB, FREE, NumberWorld, with_bob
from tests.services.restoring import copy, forgotten, found, put_back
from tests.services.world import NUMBER, OTHER_NUMBER

THIRD = "+447400123488"


def over(world: NumberWorld) -> None:
    world.later(hours=25)
    world.purge()


@pytest.mark.parametrize("both", [True, False])
def test_who_changed_since_has_no_number_until_they_prove_one(both: bool) -> None:
    world = NumberWorld()
    change = world.change_with_both if both else world.change
    assert forgotten(world, "customers", lambda: change(ANN)) == {"number_lost": 1}
    assert (world.ann.status, world.ann.number, world.ann.change) == ("unreachable", None, None)
    assert (world.holder(), world.holder(FREE)) == (None, None)
    with pytest.raises(CustomerUnreachable):
        world.old_proof(ANN)
    world.change(ANN, FREE)
    assert world.opened(ANN) == FREE


@pytest.mark.parametrize("both", [True, False])
def test_a_change_that_took_effect_since_is_not_undone(both: bool) -> None:
    world = NumberWorld()
    (world.change_with_both if both else world.change)(ANN)
    assert forgotten(world, "customers", lambda: over(world)) == {"change_over": 1}
    assert (world.opened(ANN), world.ann.change) == (FREE, None)
    assert (world.holder(), world.holder(FREE)) == (None, ANN)
    world.demand_sound()


@pytest.mark.parametrize("both", [True, False])
def test_one_that_was_stopped_since_stays_stopped(both: bool) -> None:
    world = NumberWorld()
    (world.change_with_both if both else world.change)(ANN)
    assert forgotten(world, "customers", lambda: world.stop(ANN)) == {"change_over": 1}
    assert (world.opened(ANN), world.ann.change) == (NUMBER, None)
    assert (world.holder(), world.holder(FREE)) == (ANN, None)
    world.demand_sound()


def test_consents_that_ended_with_it_stay_ended() -> None:
    world = NumberWorld()
    world.say(world.ann, purpose="marketing")
    world.change(ANN)
    assert forgotten(world, "customers", lambda: over(world)) == {"words": 1, "change_over": 1}
    assert world.ann.consents["marketing"].decision == "expired"
    assert world.opened(ANN) == FREE


def test_one_that_was_followed_by_another_leaves_no_number() -> None:
    world = NumberWorld()
    world.change(ANN)

    def again() -> None:
        over(world)
        world.change(ANN, THIRD)

    assert forgotten(world, "customers", again) == {"number_lost": 1}
    assert (world.holder(), world.holder(FREE), world.holder(THIRD)) == (None, None, None)


def test_nobody_takes_over_what_its_holder_objected_to_since() -> None:
    world = with_bob(allowed=True, step_up=False)
    world.change(ANN, OTHER_NUMBER, "take_over")

    def object_to_it() -> None:
        world.later(hours=1)
        world.change(BOB, OTHER_NUMBER)

    assert forgotten(world, "customers", object_to_it) == {"change_over": 1}
    world.later(days=60)
    world.purge()
    assert (world.opened(ANN), world.opened(BOB)) == (NUMBER, OTHER_NUMBER)
    assert (world.holder(), world.holder(OTHER_NUMBER)) == (ANN, BOB)
    world.demand_sound()


def test_nobody_has_again_what_another_took_over_since() -> None:
    world = with_bob(allowed=True, step_up=False)
    world.change(ANN, OTHER_NUMBER, "take_over")
    old = copy(world, "customers")
    world.later(days=60)
    world.purge()
    assert (world.opened(ANN), world.bob.number) == (OTHER_NUMBER, None)
    put_back(world, "customers", old)
    assert found(world, "customers") == {"number_lost": 2}
    assert {it.status for it in world.rows(Customer)} == {"unreachable"}
    assert (world.holder(), world.holder(OTHER_NUMBER)) == (None, None)


def test_two_who_swapped_since_have_neither_number() -> None:
    world = with_bob()
    world.change(ANN, OTHER_NUMBER, "swap")
    assert forgotten(world, "customers", lambda: world.change(BOB, NUMBER, "swap")) == {"number_lost": 2}
    assert (world.holder(), world.holder(OTHER_NUMBER)) == (None, None)


def test_a_change_and_then_the_end_is_both() -> None:
    world = NumberWorld()
    world.change_with_both(ANN)
    assert forgotten(world, "customers", lambda: world.close(world.ann)) == {"change_over": 1, "closed": 1}
    assert (world.ann.status, world.opened(ANN)) == ("restricted", FREE)
    assert (world.holder(), world.holder(FREE)) == (None, None)


def test_a_proof_that_a_change_consumed_stays_consumed() -> None:
    world = NumberWorld()
    old = copy(world, "customers")
    proof, known = world.proof(ANN), world.old_proof(ANN)
    world.ask(ANN, proof, known)
    put_back(world, "customers", old)
    found(world, "customers")
    with pytest.raises(VerificationSpent):
        world.ask(ANN, proof)
    assert world.ann.number is None


def test_of_an_old_copy_of_the_keys_a_number_that_was_left_is_not_used_again() -> None:
    world = NumberWorld()
    old = copy(world, "keys")
    world.change_with_both(ANN)
    put_back(world, "keys", old)
    assert found(world, "keys") == {"number_lost": 1}
    assert (world.ann.status, world.ann.number, world.holder()) == ("unreachable", None, None)
    world.demand_sound()


def test_nor_is_the_number_lost_for_a_change_whose_key_is() -> None:
    world = NumberWorld()
    assert forgotten(world, "keys", lambda: world.change(ANN)) == {"change_over": 1}
    assert (world.opened(ANN), world.holder(FREE)) == (NUMBER, None)
    world.demand_sound()
