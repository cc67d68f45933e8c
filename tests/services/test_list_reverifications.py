"""Pages of who is to be proved again: together they are all who are due, nobody twice, whatever a page holds."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.freshness import Reverification
from chalicelib.domain.writes import Insert
from chalicelib.services.list_reverifications import ListReverifications, Position, ReverificationPage
from tests.clock import FixedClock
from tests.domain.samples import a_customer
from tests.fakes import NOON
from tests.memory_store import MemoryStore
from tests.services.world import World

seconds = st.integers(-3, 3).map(float) | st.sampled_from([-0.000001, 0.0, 0.000001])


class CountingStore(MemoryStore):
    asked = 0

    def reverifications(self, bucket: str, after: str, until: str, limit: int) -> list[Reverification]:
        self.asked += 1
        return super().reverifications(bucket, after, until, limit)


def pages(store: MemoryStore, due_before: float, limit: int) -> list[ReverificationPage]:
    found: list[ReverificationPage] = []
    position: Position | None = None
    while not found or position is not None:
        found.append(ListReverifications(store)(NOON + timedelta(seconds=due_before), limit, position))
        position = found[-1].following
    return found


@settings(deadline=None, max_examples=60)
@given(st.lists(seconds, max_size=30), seconds)
@pytest.mark.parametrize("limit", [1, 2, 7, 100])
def test_the_pages_are_all_who_are_due_and_nobody_twice(limit: int, due: list[float], before: float) -> None:
    store = CountingStore(FixedClock(NOON))
    for number, offset in enumerate(due):
        at = NOON + timedelta(seconds=offset)
        # In few partitions, so that several stand in one.
        made = a_customer(id=f"cus_{number % 4}_{number}", reverify_at=at, reverify_reason="age")
        store.commit(Insert(made))
    store.commit(Insert(a_customer(id="nobody")))
    found = pages(store, before, limit)
    names = [row.customer_id for page in found for row in page.rows]
    assert sorted(names) == sorted(f"cus_{number % 4}_{number}" for number, it in enumerate(due) if it < before)
    assert all(len(page.rows) == limit for page in found[:-1])
    assert len(found[-1].rows) < limit
    # Each page begins in the partition in which the one before ended.
    assert store.asked <= 64 + len(found) - 1


def test_within_a_partition_who_has_been_due_for_longest_is_the_first() -> None:
    store = MemoryStore(FixedClock(NOON))
    for number, offset in enumerate([5, 1, 3]):
        at = NOON + timedelta(seconds=offset)
        # Ids that share a partition: crc32 of these ends alike.
        store.commit(Insert(a_customer(id=f"same{number}", reverify_at=at, reverify_reason="age")))
    rows = ListReverifications(store)(NOON + timedelta(days=1), 10, None).rows
    by_partition = [ListReverifications(store).store.reverifications(f"{each:02d}", "0", "9", 9) for each in range(64)]
    assert rows == [row for partition in by_partition for row in partition]
    assert all(part == sorted(part, key=lambda row: row.due_at) for part in by_partition)


def test_a_customer_is_listed_from_the_day_on_and_leaves_the_list_with_a_proof(world: World) -> None:
    customer = world.customer()
    due = world.adapters.clock.at + timedelta(days=365)
    assert world.ringfence.list_reverifications(due, 10, None).rows == []
    later = due + timedelta(microseconds=1)
    assert world.ringfence.list_reverifications(later, 10, None).rows == [Reverification(customer.id, "age", due)]
    world.later(days=366)
    verification = world.start(None, purpose="step_up", customer_id=customer.id)
    world.check(verification, world.sender.last_code)
    assert world.ringfence.list_reverifications(world.adapters.clock.at, 10, None).rows == []


def test_who_has_left_is_not_listed(world: World) -> None:
    world.close(world.customer())
    assert world.ringfence.list_reverifications(NOON + timedelta(days=999), 10, None).rows == []
