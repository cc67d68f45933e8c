"""One shard in which something is due, and workers that die over it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.domain.due import bucket, buckets
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Insert, Write
from tests.memory_store import MemoryStore
from tests.services.staged_store import StagedAdapters
from tests.services.world import World

DUE = {"unverified_number": 5, "account_closed": 1, "finished_verification": 1}


class Died(BaseException):
    """The worker is gone. No code of ours may catch it."""


@dataclass
class InTurns(ABC):
    """A store whose reads and commits each take a turn, in which more may happen."""

    store: MemoryStore

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def get(self, *place: Any, **how: Any) -> Any:
        return self._turn(lambda: self.store.get(*place, **how))

    def commit(self, *writes: Write) -> None:
        self._turn(lambda: self.store.commit(*writes))

    @abstractmethod
    def _turn(self, act: Callable[[], Any]) -> Any:
        """What the call gives, if its turn comes to that."""


@dataclass
class Mortal(InTurns):
    """A store whose caller dies at a chosen call: before it, or before it hears the answer."""

    dies_at: int
    applied: bool
    calls: int = 0

    def _turn(self, act: Callable[[], Any]) -> Any:
        turn, self.calls = self.calls, self.calls + 1
        if turn == self.dies_at and not self.applied:
            raise Died
        done = act()
        if turn == self.dies_at:
            raise Died
        return done


def due_in_one_shard() -> World:
    """Five unverified numbers, and a closed customer with its proof, all of one bucket."""
    adapters = StagedAdapters()
    world = World(adapters)
    closed = world.customer(customer_id="customer-one")
    world.close(closed)
    started = world.start("+8613123456789")
    there = bucket(closed.id)
    proof = next(row for row in world.rows(Verification) if row.status == "spent")
    world.later(days=31)
    for row, many in ((started, 5), (proof, 1)):
        names = (name for name in map("vrf_{}".format, range(9000)) if bucket(name) == there)
        ids = [name for name in names if (Verification, (name,)) not in adapters.store.rows][:many]
        adapters.store.rows.pop((Verification, (row.id,)))
        world.store.commit(*(Insert(replace(row, id=name, tag=f"tag-{name}", version="")) for name in ids))
    return world


def planned(world: World) -> tuple[str, str]:
    """A run of which all but one shard has reported."""
    run = world.ringfence.plan_purge()
    there = bucket("customer-one")
    for each in buckets(0):
        if each != there:
            world.ringfence.purge_shard(run.id, each, lambda: True)
    return run.id, there


@contextmanager
def mortal(world: World, dies_at: int, *, applied: bool) -> Iterator[Mortal]:
    """Every use case is made anew on a store whose caller dies."""
    store = Mortal(world.store, dies_at, applied)
    adapters = world.adapters
    vars(world).pop("ringfence")
    vars(adapters)["store"] = store
    try:
        yield store
    finally:
        vars(adapters)["store"] = store.store
        vars(world).pop("ringfence")


def calls_of_a_shard() -> int:
    """How many calls to the store the work on the shard takes."""
    world = due_in_one_shard()
    run_id, there = planned(world)
    with mortal(world, -1, applied=False) as store:
        assert world.ringfence.purge_shard(run_id, there, lambda: True).outcome == "reported"
    return store.calls
