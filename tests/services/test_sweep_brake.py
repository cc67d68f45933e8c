"""Good keys look like orphans when the customers table is empty or old: what is many is left alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil

import pytest

from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.held_number import SealedNumber
from chalicelib.domain.writes import Insert, Record, Remove
from chalicelib.services.judging import AT_ONCE
from chalicelib.services.sweep_keys import MOST_ORPHANS, SweepReport
from tests.fakes import NOON, MemoryAdapters
from tests.services.staged_store import StagedStore
from tests.services.sweeping import keep, lose, sweep
from tests.services.world import World

SEALED = SealedNumber("number_1", b"nonce", b"ciphertext")


@dataclass
class WholeStore(StagedStore):
    """Every share is the whole table."""

    def share(self, kind: type[Record], which: int, of: int) -> Iterator[tuple[str, ...]]:
        yield from super().share(kind, 0, 1)


class WholeAdapters(MemoryAdapters):
    @cached_property
    def store(self) -> WholeStore:
        return WholeStore(self.clock)


def whole_world(*, orphans: int, customers: int) -> World:
    """So many keys of nobody, and twice as many of customers as there are customers."""
    world = World(WholeAdapters())
    for position in range(orphans):
        keep(world, f"nobody-{position}", LEDGER_KEY)
    for position in range(customers):
        bound(world, f"customer-{position}")
    return world


def bound(world: World, customer_id: str) -> Customer:
    write = Insert(Customer(customer_id, NOON, NOON, "en", "tag", "+86*********01", "CN", SEALED))
    world.store.commit(write)
    for key_id in write.record.key_ids:
        keep(world, customer_id, key_id)
    return write.record


def once(world: World, *answers: bool) -> SweepReport:
    """One run; the answers are how often there is time left, and without any there always is."""
    left = iter(answers)
    return world.ringfence.sweep_keys(lambda: next(left, not answers), lambda _: None)


def ids(world: World) -> set[str]:
    return {key.customer_id for key in world.rows(WrappedKey)}


def test_an_emptied_customers_table_costs_no_key_however_often_it_is_swept(world: World) -> None:
    customers = [bound(world, f"customer-{position}") for position in range(500)]
    for customer in customers:
        world.store.commit(Remove(customer))
    before = dict(world.store.rows)
    for _ in range(2):
        day = sweep(world)
        assert (day.total("keys_seen"), day.total("keys_removed"), day.total("keys_held_back")) == (1000, 0, 1000)
        assert (day.failures, day.complete) == ({}, True)
        assert world.store.rows == before


@pytest.mark.parametrize(
    ("orphans", "customers", "removed"),
    [
        (MOST_ORPHANS, 0, True),
        (MOST_ORPHANS + 1, 0, False),
        (MOST_ORPHANS + 1, 494, False),
        (MOST_ORPHANS + 1, 545, True),
        (MOST_ORPHANS + 2, 545, False),
        (20, 989, False),
        (20, 990, True),
    ],
)
def test_few_orphans_are_removed_and_many_are_all_held_back(orphans: int, customers: int, removed: bool) -> None:
    world = whole_world(orphans=orphans, customers=customers)
    before = dict(world.store.rows)
    report = once(world)
    assert report.keys_seen == orphans + 2 * customers
    assert (report.keys_removed, report.keys_held_back) == ((orphans, 0) if removed else (0, orphans))
    assert (report.failures, report.complete) == ({}, True)
    left = {place: row for place, row in before.items() if not removed or not place[1][0].startswith("nobody")}
    assert world.store.rows == left


def test_what_was_held_back_is_judged_again_when_the_customers_are_back() -> None:
    world = whole_world(orphans=MOST_ORPHANS + 1, customers=0)
    assert once(world).keys_held_back == MOST_ORPHANS + 1
    world.store.commit(Insert(Customer("nobody-0", NOON, NOON, "en", "tag", "+86*********01", "CN", None)))
    report = once(world)
    assert (report.keys_removed, report.keys_held_back) == (MOST_ORPHANS, 0)
    assert ids(world) == {"nobody-0"}


def test_customers_without_a_key_are_told_of_while_keys_are_held_back() -> None:
    world = whole_world(orphans=MOST_ORPHANS + 1, customers=2)
    lose(world, world.row(Customer, "customer-1"), LEDGER_KEY)
    report = once(world)
    assert (report.keys_held_back, report.customers_without_key) == (MOST_ORPHANS + 1, 1)


@pytest.mark.parametrize("customers", [0, AT_ONCE])
def test_nothing_is_removed_when_the_time_is_up_after_judging(customers: int) -> None:
    world = whole_world(orphans=1, customers=customers)
    before = dict(world.store.rows)
    seen = 2 * customers + 1
    report = once(world, *[True] * ceil(seen / AT_ONCE))
    assert (report.keys_seen, report.keys_removed, report.keys_held_back) == (seen, 0, 0)
    assert report.complete is False
    assert world.store.rows == before
    assert once(world).keys_removed == 1


@pytest.mark.parametrize(("orphans", "held_back"), [(MOST_ORPHANS, 0), (MOST_ORPHANS + 1, MOST_ORPHANS + 1)])
def test_of_a_table_that_cannot_be_read_on_nothing_is_removed(orphans: int, held_back: int) -> None:
    world = whole_world(orphans=orphans, customers=AT_ONCE)
    store = world.adapters.store
    assert isinstance(store, WholeStore)
    store.unshared = {WrappedKey}
    report = once(world)
    assert (report.keys_removed, report.keys_held_back) == (0, held_back)
    assert (report.failures, report.complete) == ({"Unavailable": 1}, False)
