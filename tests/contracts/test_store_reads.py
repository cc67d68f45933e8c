"""What `history`, `due` and `owned` find, over more than one page."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count, islice

import pytest

from chalicelib.domain.anchor import LedgerHead
from chalicelib.domain.claim import Claim
from chalicelib.domain.customer import Customer, WrappedKey
from chalicelib.domain.due import Due, bucket
from chalicelib.domain.ledger import GENESIS, LedgerEvent
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Insert, Record, Remove, Replace
from tests.contracts.records import a_claim, a_key, a_verification, fresh
from tests.fakes import NOON
from tests.worlds import World

HOUR = timedelta(hours=1)
# A page of DynamoDB ends at 1 MB.
LARGE = bytes(300_000)


def kept(world: World, *records: Record) -> None:
    for record in records:
        world.store.commit(Insert(record))


def an_event(customer_id: str, sequence: int, sealed: bytes = b"") -> LedgerEvent:
    return LedgerEvent(customer_id, sequence, fresh("evt"), NOON, "c", GENESIS, "h", sealed)


def a_customer(customer_id: str, due_at: datetime | None) -> Customer:
    reason = None if due_at is None else "account_closed"
    return Customer(
        customer_id, NOON, NOON, "en", fresh("tag"), "+86**01", "CN", None, due_at=due_at, due_reason=reason
    )


def ids_in(wanted: str, prefix: str) -> Iterator[str]:
    """Ids that no other test has and that fall into one bucket."""
    own = fresh(prefix)
    return (name for number in count() if bucket(name := f"{own}{number}") == wanted)


def test_the_index_of_what_was_appended_has_each_link_with_its_hash(world: World) -> None:
    customers = list(islice(ids_in("07", "cus"), 3))
    wide = [replace(an_event(customers[0], sequence), hash=f"{sequence:064d}") for sequence in range(1, 4)]
    others = [an_event(customers[1], 1), an_event(customers[2], 12)]
    elsewhere = an_event(next(ids_in("08", "cus")), 1)
    late = replace(an_event(customers[0], 4), event_time=NOON + HOUR)
    soon = replace(an_event(customers[0], 5), event_time=NOON + HOUR - timedelta(microseconds=1))
    kept(world, *wide, *others, elsewhere, late, soon)
    found = {head for head in world.store.appended("2026-11-21T12#07") if head.customer_id in customers}
    assert found == {LedgerHead(link.customer_id, link.sequence, link.hash) for link in [*wide, *others, soon]}
    assert LedgerHead(late.customer_id, 4, late.hash) in set(world.store.appended("2026-11-21T13#07"))
    assert list(world.store.appended("2025-11-21T12#07")) == []


def test_an_empty_history_is_empty(world: World) -> None:
    assert world.store.history(LedgerEvent, fresh()) == []


def test_a_history_is_in_order_of_its_sort_keys(world: World) -> None:
    customer = fresh("cus")
    # 9, 10 and 100 sort as numbers, not as texts.
    for sequence in (100, 2, 10, 1, 9, 11):
        kept(world, an_event(customer, sequence))
    kept(world, an_event(customer + "0", 5), an_event(fresh(), 6))
    assert [event.sequence for event in world.store.history(LedgerEvent, customer)] == [1, 2, 9, 10, 11, 100]
    newest = world.store.history(LedgerEvent, customer, newest_first=True)
    assert [event.sequence for event in newest] == [100, 11, 10, 9, 2, 1]


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("limit", [1, 3, 4, 5, 9, None])
def test_a_history_spans_pages_and_knows_its_limit(world: World, limit: int | None, newest_first: bool) -> None:
    customer = fresh("cus")
    kept(world, *(an_event(customer, sequence, LARGE) for sequence in range(1, 10)))
    found = world.store.history(LedgerEvent, customer, newest_first=newest_first, limit=limit)
    expected = list(range(9, 0, -1) if newest_first else range(1, 10))[:limit]
    assert [event.sequence for event in found] == expected
    assert all(event.sealed == LARGE for event in found)


def test_a_partition_holds_its_own_records_only(world: World) -> None:
    first, second = fresh("cus"), fresh("cus")
    kept(world, a_key(first, "ledger"), a_key(first, "number_1"), a_key(second, "ledger"))
    assert [key.key_id for key in world.store.history(WrappedKey, first)] == ["ledger", "number_1"]


def test_due_is_by_bucket_and_time_and_oldest_first(world: World) -> None:
    names = ids_in("07", "vrf")
    hours = {next(names): hour for hour in (5, 1, 3, 2, 4)}
    kept(world, *(a_verification(id=name, due_at=NOON + hour * HOUR) for name, hour in hours.items()))
    elsewhere = next(ids_in("08", "vrf"))
    kept(world, a_verification(id=elsewhere, due_at=NOON))

    def due(where: str, until: datetime) -> list[int | None]:
        found = world.store.due(Verification, where, until)
        return [hours.get(row.key) for row in found if row.key in {*hours, elsewhere}]

    assert due("07", NOON) == []
    assert due("07", NOON + 3 * HOUR) == [1, 2, 3]
    assert due("07", NOON + 9 * HOUR) == [1, 2, 3, 4, 5]
    assert due("08", NOON + 9 * HOUR) == [None]
    assert due("09", NOON + 9 * HOUR) == []


def test_due_is_exact_to_the_microsecond(world: World) -> None:
    name = next(ids_in("11", "vrf"))
    instant = NOON + timedelta(microseconds=123_457)
    kept(world, a_verification(id=name, due_at=instant))

    def is_due(until: datetime) -> bool:
        return Due(name, instant, "unverified_number") in world.store.due(Verification, "11", until)

    assert not is_due(instant - timedelta(microseconds=1))
    assert is_due(instant)


def test_what_is_not_due_any_more_leaves_the_index(world: World) -> None:
    names = ids_in("12", "cus")
    moved, never, removed = (Insert(a_customer(next(names), at)) for at in (NOON, None, NOON))
    world.store.commit(moved, never, removed)
    first = {row.key for row in world.store.due(Customer, "12", NOON)}
    assert {moved.record.id, removed.record.id} <= first
    assert never.record.id not in first
    world.store.commit(
        Remove(removed.record), Replace(moved.record, replace(moved.record, due_at=None, due_reason=None))
    )
    assert {moved.record.id, removed.record.id}.isdisjoint(row.key for row in world.store.due(Customer, "12", NOON))


def test_due_names_a_row_that_has_lapsed(world: World) -> None:
    # TTL is lazy, and what it has not taken yet is the purge's.
    name = next(ids_in("13", "vrf"))
    write = Insert(a_verification(id=name, due_at=NOON))
    world.store.commit(write)
    world.clock.at = NOON + timedelta(days=3)
    assert name in [row.key for row in world.store.due(Verification, "13", world.clock.at)]
    assert world.store.get(Verification, name) is None
    assert world.store.get(Verification, name, even_lapsed=True) == write.record


def test_due_may_erase_while_it_reads(world: World) -> None:
    names = ids_in("14", "vrf")
    kept(world, *(a_verification(id=next(names), due_at=NOON) for _ in range(12)))
    for row in world.store.due(Verification, "14", NOON):
        found = world.store.get(Verification, row.key)
        assert found is not None
        world.store.commit(Remove(found))
    assert list(world.store.due(Verification, "14", NOON)) == []


def test_owned_finds_every_record_of_an_owner(world: World) -> None:
    owner = fresh("tag")
    mine = [a_verification(tag=owner) for _ in range(7)]
    kept(world, *mine, a_verification(), a_claim(owner=owner))
    assert {each.id for each in world.store.owned(Verification, owner)} == {each.id for each in mine}
    assert len(list(world.store.owned(Claim, owner))) == 1
    assert list(world.store.owned(Claim, fresh())) == []


def test_owned_shows_each_record_as_it_stands_lapsed_or_not(world: World) -> None:
    owner = fresh("own")
    write = Insert(a_claim(owner=owner))
    world.store.commit(write)
    now = Replace(write.record, replace(write.record, resource="newer"))
    world.store.commit(now)
    world.clock.at = NOON + timedelta(days=9)
    assert list(world.store.owned(Claim, owner)) == [now.after]
    world.store.commit(Remove(now.after))
    assert list(world.store.owned(Claim, owner)) == []
