"""A change of number against everything else that happens in the same moment."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.errors import NumberInUse, Refused, Unavailable
from chalicelib.domain.suppression import Suppression, place_of
from chalicelib.domain.writes import Conflict
from tests.services.number_world import ANN, BOB, FREE, NumberWorld, with_bob
from tests.services.world import NUMBER, OTHER_NUMBER, at_once, only


def test_of_two_who_want_one_number_one_has_it() -> None:
    world = with_bob()
    proofs = {ANN: world.proof(ANN), BOB: world.proof(BOB)}
    results = at_once(lambda turn: world.ask((ANN, BOB)[turn % 2], proofs[(ANN, BOB)[turn % 2]]), 20)
    assert len(only(results, Customer)) == 1
    assert world.holder(FREE) in (ANN, BOB)
    assert only(results, NumberInUse)
    world.demand_sound()


def test_a_signup_and_a_change_to_one_number_are_one() -> None:
    world = NumberWorld()
    change, signup = world.proof(ANN), world.proved(FREE)
    acts: list[Callable[[], object]] = [lambda: world.ask(ANN, change), lambda: world.bind(signup, BOB)]
    results = at_once(lambda turn: acts[turn](), 2)
    assert len(only(results, NumberInUse)) == 1
    world.demand_sound()


def swaps(world: NumberWorld) -> Callable[[], object]:
    world.ask(BOB, world.proof(BOB, NUMBER), on_conflict="swap")
    proof = world.proof(ANN, OTHER_NUMBER)
    return lambda: world.ask(ANN, proof, on_conflict="swap")


def begins(world: NumberWorld) -> Callable[[], object]:
    proof, old = world.proof(ANN), world.old_proof(ANN)
    return lambda: world.ask(ANN, proof, old)


def ends(world: NumberWorld) -> Callable[[], object]:
    world.change(ANN)
    world.later(hours=24)
    return world.purge


def takes(world: NumberWorld) -> Callable[[], object]:
    world.change(ANN, OTHER_NUMBER, "take_over")
    world.later(days=7)
    return world.purge


def stops(world: NumberWorld) -> Callable[[], object]:
    world.change_with_both(ANN)
    return lambda: world.stop(ANN)


ACTS = {"swap": swaps, "begin": begins, "end": ends, "take over": takes, "stop": stops}
MEANWHILE: dict[str, Callable[[NumberWorld], object]] = {
    "closure": lambda world: world.close(world.ann),
    "the other's closure": lambda world: world.close(world.bob),
    "consent": lambda world: world.say(world.ann),
    "no": lambda world: world.say(world.ann, "withdrawn"),
    "the other's consent": lambda world: world.say(world.bob),
    "STOP": lambda world: world.ringfence.stop_advertising([world.tag(FREE)], "sms", world.adapters.clock.at),
    "STOP from the old": lambda world: world.ringfence.stop_advertising([world.tag()], "sms", world.adapters.clock.at),
    "STOP from the other's": lambda world: world.ringfence.stop_advertising(
        [world.tag(OTHER_NUMBER)], "sms", world.adapters.clock.at
    ),
    "stop": lambda world: world.stop(ANN),
    "purge": lambda world: world.purge(),
}


def demand_followed(world: NumberWorld) -> None:
    """Whoever has a number knows whether it takes advertising."""
    for head in world.rows(Customer):
        if head.is_open and head.tag is not None:
            row = world.store.get(Suppression, *place_of(head.tag))
            assert head.suppressed_at == (row.since if row is not None and row.stands else None)


@pytest.mark.parametrize("meanwhile", MEANWHILE)
@pytest.mark.parametrize("act", ACTS)
def test_whatever_comes_between_reading_and_writing_all_is_whole(act: str, meanwhile: str) -> None:
    world = with_bob(allowed=True, step_up=False)
    world.say(world.ann, purpose="marketing")
    ready = ACTS[act](world)

    def between() -> None:
        with suppress(Refused):
            MEANWHILE[meanwhile](world)

    world.staged.store.before(Customer, between)
    with suppress(Refused, Conflict):
        ready()
    world.demand_sound()
    demand_followed(world)
    # What was not done is still due, and done by the next run.
    world.later(days=14)
    world.purge()
    world.later(days=31)
    world.purge()
    world.demand_sound()
    demand_followed(world)
    assert all(head.change is None for head in world.rows(Customer))


@pytest.mark.parametrize("applies", [False, True], ids=["not applied", "answer lost"])
@pytest.mark.parametrize("act", ACTS)
def test_a_kill_at_the_commit_leaves_what_the_next_try_completes(act: str, applies: bool) -> None:
    world = with_bob(allowed=True, step_up=False)
    ready = ACTS[act](world)
    world.staged.store.fails_at, world.staged.store.applies = world.staged.store.asked, applies
    for _ in range(2):
        with suppress(Unavailable, Refused):
            ready()
    world.demand_sound()
    calm = with_bob(allowed=True, step_up=False)
    ACTS[act](calm)()
    assert {row.customer_id for row in world.rows(TagHolder)} == {row.customer_id for row in calm.rows(TagHolder)}
    assert [(head.masked, head.status) for head in (world.ann, world.bob)] == [
        (head.masked, head.status) for head in (calm.ann, calm.bob)
    ]


def test_a_stop_that_was_decided_before_the_change_took_effect_reaches_the_head() -> None:
    world = NumberWorld()
    world.change(ANN)
    world.later(hours=24)
    world.staged.store.before(Suppression, world.purge)
    world.ringfence.stop_advertising([world.tag(FREE)], "sms", world.adapters.clock.at)
    assert world.ann.tag == world.tag(FREE)
    demand_followed(world)
    assert world.ann.suppressed_at is not None
