"""Pages of the access log: together they are exactly the span, whatever a page holds."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.access import access
from chalicelib.domain.settlement import LoggedEntry, Settlement
from chalicelib.domain.writes import Insert
from chalicelib.services import list_accesses
from chalicelib.services.list_accesses import AccessPage, Position
from tests.clock import FixedClock
from tests.domain.samples import RETENTION
from tests.fakes import NOON
from tests.memory_store import MemoryStore
from tests.services.world import OFFICER

# In seconds from noon, crowded about the ends of hours and of the span.
instants = st.one_of(
    st.integers(-7200, 14400).map(float), st.sampled_from([-0.000001, 0.0, 0.5, 3599.999999, 3600.0, 7200.0, 7200.5])
)


def store_with(openings: list[tuple[float, str, bool]]) -> MemoryStore:
    store = MemoryStore(FixedClock(NOON))
    for seconds, customer, settled in openings:
        at = NOON + timedelta(seconds=seconds)
        entry = access(OFFICER, customer, "code", "step_up", "sms", (), at, RETENTION)
        store.commit(Insert(entry))
        if settled:
            # Long after, which must not count.
            late = at + timedelta(hours=5)
            store.commit(Insert(Settlement(customer, entry.id, at, f"req_{entry.id}", 0, late)))
    return store


def pages(store: MemoryStore, since: float, until: float) -> list[AccessPage]:
    span = NOON + timedelta(seconds=since), NOON + timedelta(seconds=until)
    found: list[AccessPage] = []
    position: Position | None = None
    while not found or position is not None:
        found.append(list_accesses.ListAccesses(store)(*span, position))
        position = found[-1].following
        assert len(found) < 1000
    return found


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(instants, st.sampled_from("abcdefgh"), st.booleans()), max_size=12), instants, instants)
@pytest.mark.parametrize(("rows", "partitions"), [(1000, 64), (1, 64), (2, 7), (3, 1)])
def test_the_pages_are_the_span_and_nothing_twice(
    rows: int,
    partitions: int,
    openings: list[tuple[float, str, bool]],
    since: float,
    until: float,
) -> None:
    store = store_with(openings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(list_accesses, "ROWS_A_PAGE", rows)
        patch.setattr(list_accesses, "PARTITIONS_A_PAGE", partitions)
        found = [row for page in pages(store, since, until) for row in page.rows]
    first, end = NOON + timedelta(seconds=since), NOON + timedelta(seconds=until)
    expected: list[Any] = [row for row in store.rows.values() if first <= row.at < end]  # type: ignore[attr-defined]
    assert len(found) == len(set(found)) == len(expected)
    entries = {row.entry_id for row in found if isinstance(row, LoggedEntry)}
    settled = {row.entry_id for row in found if isinstance(row, Settlement)}
    assert entries == {row.id for row in expected if hasattr(row, "id")}
    assert settled <= entries


def test_an_entry_and_its_settlement_are_on_one_page() -> None:
    store = store_with([(number, "ada", True) for number in range(5)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(list_accesses, "ROWS_A_PAGE", 1)
        found = pages(store, 0, 3600)
    assert [len(page.rows) for page in found if page.rows] == [2] * 5
    assert all(len({row.place for row in page.rows}) == 1 for page in found if page.rows)


def test_a_page_asks_for_one_hour_at_most_and_an_empty_day_has_24() -> None:
    found = pages(store_with([]), 0, 24 * 3600)
    assert len(found) == 24
    assert all(not page.rows for page in found)
    assert found[0].following == Position("2026-11-21T13#00", "2026-11-21T12:00:00+00:00")


def test_a_short_span_over_the_end_of_an_hour_has_both_sides() -> None:
    store = store_with([(-60, "ada", False), (60, "ada", False)])
    assert [len(page.rows) for page in pages(store, -120, 120)] == [1, 1]


def test_no_span_is_no_row() -> None:
    assert pages(store_with([(0, "ada", True)]), 0, 0) == [AccessPage([], None)]
    assert pages(store_with([(0, "ada", True)]), 60, 0) == [AccessPage([], None)]
