"""What `Store.commit` does and refuses: alone, together, and all or nothing over several tables."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.claim import Claim
from chalicelib.domain.contact import Message
from chalicelib.domain.customer import Customer, TagHolder, WrappedKey
from chalicelib.domain.errors import Contended
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Absent, Conflict, Expect, Insert, R, Remove, Replace, Write
from tests.contracts.records import a_claim, a_holder, a_key, a_verification, fresh, key_of
from tests.fakes import NOON
from tests.worlds import World


def stored(world: World, record: R) -> R:
    """The record is in the store; this is how it stands there."""
    write = Insert(record)
    world.store.commit(write)
    return write.record


def refused(world: World, *writes: Write) -> Conflict:
    with pytest.raises(Conflict) as caught:
        world.store.commit(*writes)
    return caught.value


def test_what_is_not_there_is_none(world: World) -> None:
    assert world.store.get(TagHolder, fresh()) is None
    assert world.store.get(WrappedKey, fresh(), "ledger") is None


def test_an_insert_gives_a_version_of_its_own(world: World) -> None:
    first, second = stored(world, a_holder()), stored(world, a_holder())
    assert first.version
    assert second.version
    assert first.version != second.version


def test_an_insert_is_refused_where_something_stands(world: World) -> None:
    standing = stored(world, a_holder())
    conflict = refused(world, Insert(a_holder("bob", standing.tag)))
    assert conflict.hit(TagHolder)
    assert not conflict.hit(Claim)
    assert conflict.current(TagHolder) == standing
    assert world.store.get(TagHolder, standing.tag) == standing


def test_a_replace_stands_where_the_old_one_stood(world: World) -> None:
    before = stored(world, a_holder())
    write = Replace(before, replace(before, customer_id="bob"))
    world.store.commit(write)
    assert write.after.version not in ("", before.version)
    assert world.store.get(TagHolder, before.tag) == write.after


def test_an_old_copy_replaces_nothing(world: World) -> None:
    before = stored(world, a_holder())
    now = Replace(before, replace(before, customer_id="bob"))
    world.store.commit(now)
    conflict = refused(world, Replace(before, replace(before, customer_id="eve")))
    assert conflict.current(TagHolder) == now.after
    assert world.store.get(TagHolder, before.tag) == now.after


def test_what_is_gone_is_not_replaced(world: World) -> None:
    before = stored(world, a_holder())
    world.store.commit(Remove(before))
    conflict = refused(world, Replace(before, before))
    assert conflict.hit(TagHolder)
    assert conflict.current(TagHolder) is None
    assert world.store.get(TagHolder, before.tag) is None


def test_what_was_made_again_is_another_record(world: World) -> None:
    # The same content under the same key, yet an old copy must not pass for it.
    before = stored(world, a_holder())
    world.store.commit(Remove(before))
    again = stored(world, replace(before, version=""))
    assert refused(world, Replace(before, before)).current(TagHolder) == again
    assert refused(world, Remove(before)).current(TagHolder) == again
    assert refused(world, Expect(before)).current(TagHolder) == again


def test_a_remove_takes_what_was_read_and_nothing_newer(world: World) -> None:
    before = stored(world, a_holder())
    now = Replace(before, before)
    world.store.commit(now)
    assert refused(world, Remove(before)).current(TagHolder) == now.after
    world.store.commit(Remove(now.after))
    assert world.store.get(TagHolder, before.tag) is None


def test_what_is_gone_stays_gone(world: World) -> None:
    before = stored(world, a_holder())
    world.store.commit(Remove(before))
    world.store.commit(Remove(before))
    world.store.commit(Remove(before), Insert(a_holder()))
    assert world.store.get(TagHolder, before.tag) is None


def test_an_expectation_alone_holds_or_refuses(world: World) -> None:
    before = stored(world, a_holder())
    world.store.commit(Expect(before))
    now = Replace(before, before)
    world.store.commit(now)
    assert refused(world, Expect(before)).current(TagHolder) == now.after
    world.store.commit(Remove(now.after))
    assert refused(world, Expect(now.after)).current(TagHolder) is None


def test_an_absence_alone_holds_or_refuses(world: World) -> None:
    name = fresh("tag")
    absent = Absent(TagHolder, (name,))
    world.store.commit(absent)
    assert world.store.get(TagHolder, name) is None
    standing = stored(world, a_holder(tag=name))
    assert refused(world, absent).refused == [(TagHolder, standing)]
    world.store.commit(Remove(standing))
    world.store.commit(absent)


def test_an_absence_is_of_one_kind_and_one_whole_key(world: World) -> None:
    holder, key = stored(world, a_holder()), stored(world, a_key(fresh("cus"), "ledger"))
    world.store.commit(Absent(Customer, (holder.tag,)), Absent(WrappedKey, (key.customer_id, "number_1")))
    assert refused(world, Absent(WrappedKey, key_of(key))).refused == [(WrappedKey, key)]


def test_a_removal_guarded_by_an_absence_happens_with_it_or_not_at_all(world: World) -> None:
    key = stored(world, a_key(fresh("cus")))
    holder = stored(world, a_holder(tag=key.customer_id))
    guarded = Remove(key), Absent(TagHolder, (key.customer_id,))
    assert refused(world, *guarded).refused == [(TagHolder, holder)]
    assert world.store.get(WrappedKey, *key_of(key)) == key
    world.store.commit(Remove(holder))
    world.store.commit(*guarded)
    assert world.store.get(WrappedKey, *key_of(key)) is None


def test_what_has_lapsed_is_an_absence(world: World) -> None:
    claim = stored(world, a_claim(lapses_at=NOON + timedelta(seconds=60)))
    assert refused(world, Absent(Claim, (claim.key,))).current(Claim) == claim
    world.clock.at = NOON + timedelta(seconds=60)
    world.store.commit(Absent(Claim, (claim.key,)))
    # To expect is not to write.
    assert world.store.get(Claim, claim.key, even_lapsed=True) == claim


def test_one_commit_spans_every_table(world: World) -> None:
    old, gone, watched = stored(world, a_holder()), stored(world, a_key(fresh())), stored(world, a_verification())
    new = Replace(old, replace(old, customer_id="bob"))
    claim, key = Insert(a_claim()), Insert(a_key(fresh()))
    world.store.commit(new, Remove(gone), Expect(watched), claim, key)
    assert world.store.get(TagHolder, old.tag) == new.after
    assert world.store.get(WrappedKey, *key_of(gone)) is None
    assert world.store.get(Claim, claim.record.key) == claim.record
    assert world.store.get(WrappedKey, *key_of(key.record)) == key.record
    assert world.store.get(Verification, watched.id) == watched


@pytest.mark.parametrize("position", range(5))
@pytest.mark.parametrize("kind", ["insert", "replace", "remove", "expect", "absent"])
def test_one_refusal_stops_them_all(world: World, kind: str, position: int) -> None:
    standing = stored(world, a_verification())
    stale = replace(standing, version="0" * 16)
    every: dict[str, Write] = {
        "insert": Insert(replace(standing, version="")),
        "replace": Replace(stale, stale),
        "remove": Remove(stale),
        "expect": Expect(stale),
        "absent": Absent(Verification, (standing.id,)),
    }
    bad = every[kind]
    old, gone, watched = stored(world, a_holder()), stored(world, a_key(fresh())), stored(world, a_claim())
    new = Insert(a_holder())
    good: list[Write] = [Replace(old, replace(old, customer_id="bob")), Remove(gone), Expect(watched), new]
    conflict = refused(world, *good[:position], bad, *good[position:])
    assert conflict.refused == [(Verification, standing)]
    assert world.store.get(TagHolder, old.tag) == old
    assert world.store.get(WrappedKey, *key_of(gone)) == gone
    assert world.store.get(TagHolder, new.record.tag) is None
    assert world.store.get(Verification, standing.id) == standing


def test_a_conflict_names_every_refusal_in_order(world: World) -> None:
    holder, claim = stored(world, a_holder()), stored(world, a_claim())
    gone = replace(a_verification(), version="0" * 16)
    conflict = refused(
        world,
        Insert(replace(holder, version="")),
        Insert(a_key(fresh())),
        Replace(gone, gone),
        Insert(replace(claim, version="")),
    )
    assert conflict.refused == [(TagHolder, holder), (Verification, None), (Claim, claim)]
    assert isinstance(conflict, Contended)


def test_a_lapsed_row_is_absent(world: World) -> None:
    claim = stored(world, a_claim(lapses_at=NOON + timedelta(seconds=60)))
    world.clock.at = NOON + timedelta(seconds=59)
    assert world.store.get(Claim, claim.key) == claim
    assert refused(world, Insert(replace(claim, version=""))).current(Claim) == claim
    world.clock.at = NOON + timedelta(seconds=60)
    assert world.store.get(Claim, claim.key) is None
    again = Insert(replace(claim, version="", lapses_at=NOON + timedelta(hours=1)))
    world.store.commit(again)
    assert world.store.get(Claim, claim.key) == again.record


def test_a_lapsed_row_is_absent_in_a_transaction_too(world: World) -> None:
    claim = stored(world, a_claim(lapses_at=NOON + timedelta(seconds=60)))
    other = a_holder()
    again = Insert(replace(claim, version="", lapses_at=NOON + timedelta(hours=1)))
    assert refused(world, again, Insert(other)).refused == [(Claim, claim)]
    world.clock.at = NOON + timedelta(seconds=60)
    world.store.commit(again, Insert(other))
    assert world.store.get(Claim, claim.key) == again.record


def test_a_conflict_does_not_show_what_has_lapsed(world: World) -> None:
    claim = stored(world, a_claim(lapses_at=NOON + timedelta(seconds=60)))
    world.clock.at = NOON + timedelta(seconds=60)
    stale = replace(claim, version="0" * 16)
    conflict = refused(world, Replace(stale, stale))
    assert conflict.refused == [(Claim, None)]


@pytest.mark.parametrize("end", [60.0, 60.000001, 60.7, 60.999999])
@pytest.mark.parametrize("before", [0.000001, 0.2, 0.999999])
def test_nothing_lapses_early(world: World, end: float, before: float) -> None:
    # A throttle log that lapses a moment early admits one too many.
    lapses_at = NOON + timedelta(seconds=end)
    claim = stored(world, a_claim(lapses_at=lapses_at))
    world.clock.at = lapses_at - timedelta(seconds=before)
    assert world.store.get(Claim, claim.key) is not None
    assert refused(world, Insert(replace(claim, version=""))).hit(Claim)
    world.clock.at = lapses_at + timedelta(seconds=1)
    assert world.store.get(Claim, claim.key) is None


def test_kinds_that_share_a_table_do_not_meet(world: World) -> None:
    name = fresh()
    stored(world, a_holder(tag=name))
    assert world.store.get(Customer, name) is None
    assert world.store.get(Message, name) is None
