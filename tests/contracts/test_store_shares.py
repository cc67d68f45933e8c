"""What `share` finds: every record of a kind in exactly one share, over more than one page."""

from collections import Counter

import pytest

from chalicelib.domain.customer import Customer, TagHolder, WrappedKey
from chalicelib.domain.writes import Insert, Record, Remove
from tests.contracts.records import a_claim, a_holder, a_key, fresh, key_of
from tests.contracts.test_store_reads import LARGE, a_customer
from tests.fakes import NOON
from tests.worlds import World


def kept(world: World, *records: Record) -> set[tuple[str, ...]]:
    for record in records:
        world.store.commit(Insert(record))
    return {key_of(record) for record in records}


def shares(world: World, kind: type[Record], of: int) -> list[Counter[tuple[str, ...]]]:
    return [Counter(world.store.share(kind, which, of)) for which in range(of)]


@pytest.mark.parametrize("of", [1, 2, 24])
def test_every_record_is_in_exactly_one_share(world: World, of: int) -> None:
    mine = kept(world, *(a_key(fresh("cus"), name) for name in ("ledger", "number_1") for _ in range(30)))
    found = shares(world, WrappedKey, of)
    together = sum(found, Counter[tuple[str, ...]]())
    assert {key: together[key] for key in mine} == dict.fromkeys(mine, 1)
    # Sixty keys that all fall into one of two shares or more would be no shares at all.
    assert max(sum(part[key] for key in mine) for part in found) < len(mine) or of == 1


def test_a_share_is_the_same_each_time(world: World) -> None:
    kept(world, *(a_key(fresh("cus")) for _ in range(12)))
    assert shares(world, WrappedKey, 3) == shares(world, WrappedKey, 3)


def test_a_share_names_its_own_kind_only(world: World) -> None:
    # A customer and a tag of the same name stand in the same table.
    name = fresh()
    customers = kept(world, a_customer(name, None), a_customer(fresh("cus"), NOON))
    holders = kept(world, a_holder(tag=name), a_holder(tag=f"customer#{name}"))
    for kind, mine in ((Customer, customers), (TagHolder, holders)):
        found = set(world.store.share(kind, 0, 1))
        assert mine <= found
        assert all(world.store.get(kind, *key) is not None for key in found)


def test_a_share_spans_pages(world: World) -> None:
    customer = fresh("cus")
    mine = kept(world, *(WrappedKey(customer, f"number_{position}", LARGE) for position in range(9)))
    every = Counter(key for key in world.store.share(WrappedKey, 0, 1) if key in mine)
    assert every == dict.fromkeys(mine, 1)


def test_a_share_names_what_has_lapsed_too(world: World) -> None:
    claim = a_claim(lapses_at=NOON)
    kept(world, claim)
    assert key_of(claim) in set(world.store.share(type(claim), 0, 1))


def test_what_a_share_names_may_be_removed_meanwhile(world: World) -> None:
    customer = fresh("cus")
    mine = kept(world, *(WrappedKey(customer, f"number_{position}", LARGE) for position in range(9)))
    for key in world.store.share(WrappedKey, 0, 1):
        if key in mine:
            found = world.store.get(WrappedKey, *key)
            assert found is not None
            world.store.commit(Remove(found))
    assert world.store.history(WrappedKey, customer) == []
    assert not mine & set(world.store.share(WrappedKey, 0, 1))
