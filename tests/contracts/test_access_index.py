"""The access log by hour: entries and settlements, in their order, on every store."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from chalicelib.domain.access import AccessLogEntry, access
from chalicelib.domain.due import bucket
from chalicelib.domain.settlement import LoggedEntry, Settlement
from chalicelib.domain.writes import Insert
from tests.contracts.records import fresh
from tests.domain.samples import RETENTION
from tests.fakes import NOON, caller
from tests.worlds import World

STAFF = caller("staff", "call-centre", "ann")
BEFORE = "2026-11-21T11"


def customers() -> Iterator[str]:
    """Ids that no other test has and that fall into one bucket."""
    own = fresh("cus")
    return (name for number in count() if bucket(name := f"{own}{number}") == "07")


def opened(world: World, customer_id: str, at: datetime) -> tuple[AccessLogEntry, Settlement]:
    entry = access(STAFF, customer_id, "reveal", "marketing", "call", ("evt_1",), at, RETENTION)
    settlement = Settlement(customer_id, entry.id, at, fresh("request"), 1, at + timedelta(seconds=1, microseconds=7))
    for record in (settlement, entry):
        world.store.commit(Insert(record))
    return entry, settlement


def found(world: World, names: set[str], after: str) -> list[LoggedEntry | Settlement]:
    return [row for row in world.store.logged("2026-11-21T12#07", after) if row.customer_id in names]


def test_an_hour_s_entries_and_settlements_are_found_in_their_order_beyond_a_place(world: World) -> None:
    ids = customers()
    one, other, elsewhere = next(ids), next(ids), fresh("cus")
    # Whole seconds sort before their parts, though their texts are shorter.
    instants = [NOON, NOON + timedelta(microseconds=1), NOON + timedelta(minutes=59, microseconds=5)]
    pairs = [opened(world, name, at) for at, name in zip(reversed(instants), (one, other, one), strict=True)][::-1]
    opened(world, elsewhere, NOON)
    opened(world, one, NOON + timedelta(hours=1))
    rows = found(world, {one, other}, BEFORE)
    assert [row.place for row in rows] == [place for entry, it in pairs for place in (it.place, it.place)]
    for number, (entry, settlement) in enumerate(pairs):
        both = rows[2 * number : 2 * number + 2]
        assert LoggedEntry(entry.customer_id, entry.id, entry.at) in both
        assert replace(settlement, version="") in both
    assert found(world, {one, other}, rows[1].place) == rows[2:]
    assert found(world, {one, other}, rows[-1].place) == []
    assert found(world, {one, other}, NOON.isoformat()) == rows
    assert found(world, {one, other}, instants[1].isoformat()) == rows[2:]


def test_a_settlement_is_not_in_its_customer_s_history(world: World) -> None:
    customer = fresh("cus")
    entry, _ = opened(world, customer, NOON)
    assert [each.id for each in world.store.history(AccessLogEntry, customer)] == [entry.id]
    (settlement,) = world.store.history(Settlement, customer)
    assert (settlement.entry_id, settlement.customer_id) == (entry.id, customer)
