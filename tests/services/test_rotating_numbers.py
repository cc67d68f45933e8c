"""Numbers that change hands, are brought or erased while two keys of the index live, their heads under either."""

from dataclasses import replace

import pytest

from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.errors import NumberInUse
from chalicelib.domain.import_row import read_row
from chalicelib.domain.suppression import Suppression
from chalicelib.services.tag_holder import active_holder
from tests.importing import BATCH, row
from tests.services.number_world import ANN, BOB, FREE, NumberWorld, with_bob
from tests.services.replying import reply
from tests.services.rotating import AFTER, BEFORE, KNOWN, USED, former, retag, step
from tests.services.world import NUMBER, OTHER_NUMBER, WALLET, World

# With which keys the heads were written, and with which the number changes hands.
STEPS = [(BEFORE, KNOWN), (BEFORE, USED), (KNOWN, USED), (USED, KNOWN), (USED, USED)]
at_each_step = pytest.mark.parametrize(("written", "now"), STEPS)
NEW = "customer-new"


def demand(world: NumberWorld, **holders: str | None) -> None:
    """Each number has who it is said to have, and nobody else can bind it; so it is after the re-tagging, too."""
    numbers = {"number": NUMBER, "other": OTHER_NUMBER, "free": FREE}
    for versions in (world.adapters.keys.versions, USED, AFTER):
        step(world, versions)
        world.demand_sound()
        for name, who in holders.items():
            found = active_holder(world.store, world.tags(numbers[name]))
            assert (found and found.id) == who
            if who is not None:
                with pytest.raises(NumberInUse):
                    world.bind(world.proved(numbers[name]))
        if versions == USED:
            retag(world)
            left = former(retag(world))
            assert (left["holders"], left["customers"]) == (0, 0)


@at_each_step
def test_two_swap(written: tuple[str, ...], now: tuple[str, ...]) -> None:
    world = with_bob()
    step(world, written)
    world.change(ANN, FREE)
    world.later(hours=24)
    world.purge()
    world.change(ANN, OTHER_NUMBER, "swap")
    step(world, now)
    world.change(BOB, FREE, "swap")
    assert (world.opened(ANN), world.opened(BOB)) == (OTHER_NUMBER, FREE)
    demand(world, other=ANN, free=BOB, number=None)


@at_each_step
def test_a_number_is_taken_over_after_its_hold(written: tuple[str, ...], now: tuple[str, ...]) -> None:
    world = NumberWorld(allowed=True, step_up=False)
    step(world, written)
    world.customer(FREE, BOB)
    step(world, now)
    proof = world.proved(FREE)
    world.ringfence.bind_customer(WALLET, proof.id, NEW, None, False, "take_over")
    with pytest.raises(NumberInUse):
        world.bind(world.proved(FREE))
    step(world, USED)
    retag(world)
    world.later(days=30)
    world.purge()
    assert (world.bob.status, world.opened(NEW)) == ("unreachable", FREE)
    demand(world, free=NEW, number=ANN)


@pytest.mark.parametrize("step_up", [False, True])
@pytest.mark.parametrize("closes", [False, True])
def test_a_take_over_that_is_not_re_tagged_yet_finds_holder_and_stop_that_are(step_up: bool, closes: bool) -> None:
    world = with_bob(allowed=True, step_up=step_up)
    step(world, BEFORE)
    world.change(ANN, OTHER_NUMBER, "take_over")
    reply(world, number=OTHER_NUMBER)
    step(world, USED)
    world.staged.store.broken.add((ANN,))
    retag(world)
    world.staged.store.broken.clear()
    assert (world.ann.change is not None, world.holder(OTHER_NUMBER)) == (True, BOB)
    world.later(days=7)
    if closes:
        world.close(world.bob)
    if step_up:
        world.change(ANN, OTHER_NUMBER, "take_over")
    else:
        world.purge()
    assert (world.opened(ANN), world.bob.status) == (OTHER_NUMBER, "restricted" if closes else "unreachable")
    assert world.ann.suppressed_at is not None
    demand(world, other=ANN, number=None)


@at_each_step
def test_a_change_that_waits_is_done_or_stopped(written: tuple[str, ...], now: tuple[str, ...]) -> None:
    for stops in (False, True):
        world = NumberWorld()
        step(world, written)
        world.change(ANN)
        step(world, now)
        with pytest.raises(NumberInUse):
            world.bind(world.proved(FREE))
        if stops:
            world.stop(ANN)
        world.later(hours=24)
        world.purge()
        assert world.opened(ANN) == (NUMBER if stops else FREE)
        demand(world, **{"number": ANN, "free": None} if stops else {"free": ANN, "number": None})


@at_each_step
def test_who_proved_both_numbers_can_come_back(written: tuple[str, ...], now: tuple[str, ...]) -> None:
    world = NumberWorld()
    step(world, written)
    world.change_with_both(ANN)
    step(world, now)
    world.change(ANN, NUMBER)
    assert world.opened(ANN) == NUMBER
    demand(world, number=ANN, free=None)


@at_each_step
def test_a_no_follows_a_number_that_changes_hands(written: tuple[str, ...], now: tuple[str, ...]) -> None:
    world = NumberWorld()
    step(world, written)
    reply(world, number=FREE)
    step(world, now)
    world.change_with_both(ANN)
    assert world.row(Customer, ANN).suppressed_at is not None
    step(world, USED)
    retag(world)
    assert former(retag(world))["suppressions"] == 0
    step(world, AFTER)
    world.stop(ANN)
    assert world.row(Customer, ANN).suppressed_at is None
    assert world.customer(FREE).suppressed_at is not None


@at_each_step
def test_a_number_that_somebody_has_is_not_brought(written: tuple[str, ...], now: tuple[str, ...]) -> None:
    world = World()

    def brought(customer_id: str) -> str:
        read = read_row(row(FREE, customer_id=customer_id), world.policy, world.adapters.clock.now())
        return world.ringfence.import_customer(read, BATCH)

    step(world, written)
    reply(world, number=FREE)
    assert brought("brought-one") == "imported"
    step(world, now)
    assert brought("brought-one") == "present"
    with pytest.raises(NumberInUse):
        brought("brought-two")
    with pytest.raises(NumberInUse):
        world.bind(world.proved(FREE))
    assert world.row(Customer, "brought-one").suppressed_at is not None
    assert len(world.rows(TagHolder)) == 1


@at_each_step
@pytest.mark.parametrize("closed_before", [False, True])
def test_who_is_erased_frees_the_number_and_is_never_asked_again(
    written: tuple[str, ...], now: tuple[str, ...], closed_before: bool
) -> None:
    world = NumberWorld()
    step(world, written)
    bob = world.customer(FREE, BOB)
    if closed_before:
        world.close(bob)
    step(world, now)
    world.ringfence.erase_customer(WALLET, BOB, True, None)
    assert (world.bob.status, active_holder(world.store, world.tags(FREE))) == ("purged", None)
    assert world.customer(FREE).suppressed_at is not None
    step(world, USED)
    retag(world)
    step(world, AFTER)
    [kept] = [row for row in world.rows(Suppression) if row.tag == world.tag(FREE)]
    assert kept.stands


def test_a_restricted_customer_s_no_outlives_the_key_only_because_it_was_re_tagged() -> None:
    for is_retagged in (True, False):
        world = NumberWorld()
        bob = world.customer(FREE, BOB)
        reply(world, number=FREE)
        world.close(bob)
        step(world, USED)
        if is_retagged:
            retag(world)
        step(world, AFTER)
        assert (world.customer(FREE).suppressed_at is not None) is is_retagged


def test_a_head_is_the_same_ground_before_and_after() -> None:
    world = NumberWorld()
    before = world.ann
    step(world, USED)
    retag(world)
    assert replace(world.ann, tag=before.tag) != before
    assert world.ann.ground == before.ground
