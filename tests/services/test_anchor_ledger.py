"""Every hour is anchored once, in order, whatever happens to the runs."""

from dataclasses import replace

import pytest
from jwcrypto import jwk, jws

from chalicelib.domain.anchor import (
    Anchor,
    blinded,
)
from chalicelib.domain.errors import LedgerDamaged, Unavailable
from chalicelib.domain.jws import base64url
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.writes import Insert
from chalicelib.services.anchor_ledger import AnchorRun
from tests.fakes import NOON
from tests.memory_signer import MemorySigner
from tests.services.anchoring import HOUR, kept, leaves, require_whole, run, times
from tests.services.world import NUMBER, OTHER_NUMBER, World


def test_the_ends_of_the_chains_that_grew_are_anchored(world: World) -> None:
    ada, bob = world.customer(NUMBER), world.customer(OTHER_NUMBER)
    for decision in ("given", "withdrawn", "given"):
        world.say(ada, decision)
    world.say(bob, "refused")
    world.later(hours=1)
    report = run(world)
    assert report == AnchorRun(1, 2, 1, NOON + HOUR, complete=True)
    (anchor,) = kept(world)
    assert leaves(world, anchor) == {blinded(ada.id): 3, blinded(bob.id): 1}
    assert (anchor.covers_from, anchor.covers_until) == (NOON - HOUR, NOON + HOUR)
    require_whole(world)


def test_an_hour_that_has_not_closed_is_left(world: World) -> None:
    world.say(world.customer())
    world.later(minutes=59, seconds=59, microseconds=999_999)
    assert run(world).heads == 0
    world.later(microseconds=1)
    assert run(world).heads == 1


def test_an_anchored_hour_is_not_anchored_again(world: World) -> None:
    world.later(hours=1)
    run(world)
    before = dict(world.adapters.archive.objects)
    world.later(minutes=59)
    assert run(world) == AnchorRun(0, 0, 1, NOON + HOUR, complete=True)
    assert world.adapters.archive.objects == before


def test_hours_without_events_are_anchored_too(world: World) -> None:
    for _ in range(3):
        world.later(hours=1)
        assert run(world).anchors == 1
    assert [anchor.heads for anchor in kept(world)] == [0, 0, 0]
    require_whole(world)


def test_missed_hours_are_caught_up_with_one_by_one(world: World) -> None:
    run(world)
    customer = world.customer()
    for decision in ("given", "withdrawn", "refused"):
        world.say(customer, decision)
        world.later(hours=2)
    assert run(world) == AnchorRun(6, 6, 7, NOON + 6 * HOUR, complete=True)
    own = blinded(customer.id)
    assert [leaves(world, anchor).get(own) for anchor in kept(world)] == [None, 1, 1, 2, 2, 3, 3]
    require_whole(world)


def test_what_time_does_not_allow_is_left_and_said(world: World) -> None:
    run(world)
    world.later(hours=5)
    assert run(world, times(2)) == AnchorRun(2, 0, 3, NOON + 2 * HOUR, complete=False)
    assert run(world, times(0)) == AnchorRun(0, 0, 3, NOON + 2 * HOUR, complete=False)
    assert run(world, times(3)) == AnchorRun(3, 0, 6, NOON + 5 * HOUR, complete=True)
    require_whole(world)


def test_the_first_run_without_time_has_nothing_to_report(world: World) -> None:
    assert run(world, times(0)) == AnchorRun(0, 0, None, None, complete=False)


def test_what_the_index_was_late_with_is_anchored_an_hour_later(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    (late,) = world.rows(LedgerEvent)
    place = (LedgerEvent, (customer.id, "000000000001"))
    del world.store.rows[place]
    world.later(hours=1)
    assert run(world).heads == 0
    world.store.rows[place] = late
    world.later(hours=1)
    assert run(world).heads == 1


def test_each_anchor_is_signed_by_the_key_of_its_time(world: World) -> None:
    for _ in range(2):
        run(world)
        world.later(hours=1)
        world.adapters.signer.rotate()
    known = {key["kid"]: jwk.JWK(**key) for key in world.adapters.signer.public_keys()}
    kids = []
    for anchor in kept(world):
        token = jws.JWS()
        token.deserialize(anchor.signed)
        kids.append(token.jose_header["kid"])
        token.verify(known[kids[-1]])
        assert token.payload == anchor.statement()
        assert token.jose_header["typ"] == "ringfence-anchor+jws"
    assert len(set(kids)) == 2


def test_another_anchor_in_the_archive_is_told_of(world: World) -> None:
    run(world)
    world.later(hours=1)
    (anchor,) = kept(world)
    forged = replace(anchor, heads=7)
    world.adapters.archive.objects[anchor.name] = f"h.{base64url(forged.statement())}.s".encode()
    for _ in range(2):
        with pytest.raises(LedgerDamaged):
            run(world)
    assert kept(world) == [anchor]


def test_other_leaves_in_the_archive_are_told_of_and_nothing_is_anchored_on_them(world: World) -> None:
    world.say(world.customer())
    world.later(hours=1)
    ahead = World()
    ahead.adapters.clock.at = world.adapters.clock.at
    for row in world.rows(LedgerEvent):
        ahead.store.commit(Insert(row))
    run(ahead)
    world.adapters.archive.objects[kept(ahead)[0].leaves_name] = b"garbage\n"
    for _ in range(2):
        with pytest.raises(LedgerDamaged):
            run(world)
    assert kept(world) == []
    assert not any(name.endswith(".jws") for name in world.adapters.archive.objects)


def test_the_same_statement_signed_again_is_the_same_anchor(world: World) -> None:
    run(world)
    (anchor,) = kept(world)
    first = world.adapters.archive.objects[anchor.name]
    # As after the table was restored from before the row.
    del world.store.rows[Anchor, ("anchor", "000000000001")]
    run(world)
    assert kept(world)[0].signed.encode() != first
    assert world.adapters.archive.objects[anchor.name] == first
    world.later(hours=1)
    assert run(world).anchors == 1


def test_what_is_down_is_said(world: World) -> None:
    class Down(MemorySigner):
        def sign(self, signing_input: bytes) -> bytes:
            raise Unavailable

    world.adapters.signer = Down()
    with pytest.raises(Unavailable):
        run(world)
    assert kept(world) == []
    assert not any(name.endswith(".jws") for name in world.adapters.archive.objects)
