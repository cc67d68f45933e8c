"""Who is to be proved again, by place, on every store."""

from datetime import timedelta
from itertools import islice

from chalicelib.domain.customer import Customer
from chalicelib.domain.due import bucket
from chalicelib.domain.freshness import Reverification
from chalicelib.domain.writes import Insert, Replace
from tests.contracts.records import fresh
from tests.contracts.test_access_index import customers
from tests.domain.samples import a_customer
from tests.fakes import NOON
from tests.worlds import World

BEGINNING, END = "0", "9"


def kept(world: World, customer_id: str, seconds: float | None, reason: str = "age") -> Insert[Customer]:
    at = None if seconds is None else NOON + timedelta(seconds=seconds)
    made = a_customer(id=customer_id, tag=fresh("tag"), reverify_at=at, reverify_reason=None if at is None else reason)
    write = Insert(made)
    world.store.commit(write)
    return write


def test_a_page_is_between_two_places_in_their_order_and_has_no_more_than_was_asked_for(world: World) -> None:
    ids = list(islice(customers(), 6))
    # Whole seconds sort before their parts, though their texts are shorter.
    instants = [0.0, 0.000001, 1.5, 1.5, 2.0, None]
    for name, seconds in zip(ids, instants, strict=True):
        kept(world, name, seconds, "opt_out")
    elsewhere = (name for name in iter(lambda: fresh("cus"), None) if bucket(name) != "07")
    kept(world, next(elsewhere), 0.0)
    due = [(name, NOON + timedelta(seconds=at)) for name, at in zip(ids, instants, strict=True) if at is not None]
    expected = sorted((Reverification(name, "opt_out", at) for name, at in due), key=lambda row: row.place)

    def page(after: str, until: str, limit: int) -> list[Reverification]:
        return [row for row in world.store.reverifications("07", after, until, limit) if row.customer_id in ids]

    assert page(BEGINNING, END, 99) == expected
    for first in range(5):
        assert page(expected[first].place, END, 99) == expected[first + 1 :]
        assert page(expected[first].place, END, 1) == expected[first + 1 : first + 2]
        assert page(BEGINNING, expected[first].place, 99) == expected[:first]
    assert page(BEGINNING, (NOON + timedelta(seconds=1.5)).isoformat(), 99) == expected[:2]
    assert page(BEGINNING, NOON.isoformat(), 99) == []


def test_who_is_not_due_any_more_leaves_the_index(world: World) -> None:
    name = next(customers())
    write = kept(world, name, 0.0)
    assert name in {row.customer_id for row in world.store.reverifications("07", BEGINNING, END, 999)}
    before = world.store.get(Customer, name)
    assert before is not None
    assert write.record == before
    world.store.commit(Replace(before, a_customer(id=name, tag=before.tag)))
    assert name not in {row.customer_id for row in world.store.reverifications("07", BEGINNING, END, 999)}
