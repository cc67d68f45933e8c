"""Runs that die anywhere, and runs at the same time, leave one chain of anchors."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chalicelib.domain.anchor import (
    LedgerHead,
    blinded,
    heads_of,
    next_anchor,
    write_leaves,
)
from chalicelib.domain.due import hour_of
from chalicelib.domain.jws import base64url
from chalicelib.domain.writes import Insert
from chalicelib.services.anchor_ledger import AnchorLedger, AnchorRun
from tests.fakes import NOON
from tests.memory_archive import MemoryArchive
from tests.services.anchoring import HOUR, always, kept, leaves, require_whole, run
from tests.services.world import World, at_once, only


class Killed(Exception):
    """The function was killed here."""


@dataclass
class Mortal:
    """Counts calls to what a run works with, and dies before or after one of them."""

    dies_at: int
    after: bool
    calls: int = 0

    def around(self, call: Callable[[], Any]) -> Any:
        mine = self.calls = self.calls + 1
        if mine == self.dies_at and not self.after:
            raise Killed
        made = call()
        if mine == self.dies_at:
            raise Killed
        return made


@dataclass
class MortalPart:
    part: Any
    mortal: Mortal
    watched: tuple[str, ...] = field(default=("put", "commit", "sign", "history"))

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.part, name)
        if name not in self.watched:
            return found
        return lambda *args, **more: self.mortal.around(lambda: found(*args, **more))


def mortal_run(world: World, mortal: Mortal) -> AnchorRun:
    parts = (world.store, world.adapters.signer, world.adapters.archive)
    store, signer, archive = (MortalPart(part, mortal) for part in parts)
    service: Any = AnchorLedger
    made: AnchorRun = service(world.adapters.clock, store, signer, archive)(always)
    return made


def calls_of_a_run() -> int:
    world, mortal = World(), Mortal(0, False)
    before_a_run(world)
    mortal_run(world, mortal)
    return mortal.calls


def before_a_run(world: World) -> str:
    customer = world.customer()
    world.say(customer)
    run(world)
    world.later(hours=1)
    world.say(customer, "withdrawn")
    world.later(hours=1)
    return customer.id


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("dies_at", range(1, calls_of_a_run() + 1))
def test_whatever_a_killed_run_left_the_next_one_completes(world: World, dies_at: int, after: bool) -> None:
    customer_id = before_a_run(world)
    with pytest.raises(Killed):
        mortal_run(world, Mortal(dies_at, after))
    seen = dict(world.adapters.archive.objects)
    rows = kept(world)
    run(world)
    require_whole(world)
    assert [anchor.covers_until for anchor in kept(world)] == [NOON + number * HOUR for number in range(3)]
    assert leaves(world, kept(world)[-1]) == {blinded(customer_id): 2}
    # What was there stays, to the last bit.
    assert kept(world)[: len(rows)] == rows
    assert seen.items() <= world.adapters.archive.objects.items()


@pytest.mark.parametrize("dies_at", range(1, calls_of_a_run() + 1))
def test_a_run_that_dies_again_and_again_gets_on(world: World, dies_at: int) -> None:
    before_a_run(world)
    for attempt in range(dies_at, 40):
        try:
            mortal_run(world, Mortal(attempt, True))
            break
        except Killed:
            continue
    require_whole(world)
    assert len(kept(world)) == 3


def test_of_many_runs_at_once_one_wins_each_place(world: World) -> None:
    before_a_run(world)
    reports = at_once(lambda _: run(world), 20)
    assert len(only(reports, AnchorRun)) == 20
    assert len(kept(world)) == 3
    require_whole(world)


def test_a_run_that_saw_other_leaves_yields_to_the_one_that_was_first(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    world.later(hours=1)
    world.say(customer, "withdrawn")
    world.later(hours=1)

    @dataclass
    class Overtaken:
        """While this run reads the index, another one that sees less completes the same hour."""

        archive: MemoryArchive
        done: bool = False

        def put(self, name: str, content: bytes) -> bytes:
            if not self.done:
                self.done = True
                heads = heads_of([LedgerHead(customer.id, 1, "h")])
                anchor = next_anchor(None, hour_of(world.adapters.clock.at), heads)
                signed = f"h.{base64url(anchor.statement())}.s"
                world.store.commit(Insert(replace(anchor, signed=signed)))
                self.archive.put(anchor.leaves_name, write_leaves(heads))
            return self.archive.put(name, content)

    archive: Any = Overtaken(world.adapters.archive)
    AnchorLedger(world.adapters.clock, world.store, world.adapters.signer, archive)(always)
    (anchor,) = kept(world)
    assert leaves(world, anchor) == {blinded(customer.id): 1}
    require_whole(world)
    # The leaves of the one that lost are of no anchor, and harm nobody.
    assert len(world.adapters.archive.objects) == 3
