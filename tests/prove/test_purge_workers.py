"""Workers of several runs at one shard, which die, fall behind and run out of time wherever they are."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from chalicelib.domain.errors import RingfenceError
from chalicelib.domain.purge_run import PurgeRun
from chalicelib.domain.verification import Verification
from chalicelib.services import purge_shard
from tests.fakes import memory_ringfence
from tests.services.purge_scene import DUE, Died, InTurns, due_in_one_shard, planned
from tests.services.world import World

ROUNDS = 600
WORKERS = 6
# What a worker is given time for: items, pages, everything.
TIMES = (2, 4, 9, 10_000)


@dataclass
class Fated(InTurns):
    """A store whose caller may die before a call or before it hears the answer, and may be slow."""

    fate: Random

    def _turn(self, act: Callable[[], Any]) -> Any:
        lot = self.fate.random()
        if lot < 0.03:
            raise Died
        if self.fate.random() < 0.3:
            time.sleep(self.fate.random() * 0.002)
        done = act()
        if lot < 0.06:
            raise Died
        return done


def work(world: World, runs: list[str], there: str, fate: Random) -> None:
    """One worker after the other is given the shard for one of the runs, and comes to whatever end it may."""
    adapters = copy(world.adapters)
    vars(adapters)["store"] = Fated(world.store, fate)
    ringfence = memory_ringfence(adapters)
    for _ in range(3):
        left = iter([True] * fate.choice(TIMES))
        with suppress(Died, RingfenceError):
            ringfence.purge_shard(fate.choice(runs), there, lambda left=left: next(left, False))  # type: ignore[misc]


def test_everything_is_done_and_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(ROUNDS):
        chance = Random(seed)
        monkeypatch.setattr(purge_shard, "PAGE", chance.choice((1, 2, 3, 25)))
        world = due_in_one_shard()
        run_id, there = planned(world)
        runs = [run_id, *(world.ringfence.plan_purge().id for _ in range(chance.choice((1, 2))))]
        fates = [Random(f"{seed} {worker}") for worker in range(WORKERS)]
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(lambda fate: work(world, runs, there, fate), fates))  # noqa: B023
        for each in runs * 3:
            world.ringfence.purge_shard(each, there, lambda: True)
        reports = [world.row(PurgeRun, "run", each) for each in runs]
        counts = {reason: sum(run.erased.get(reason, 0) for run in reports) for reason in DUE}
        assert (counts, [dict(run.failures) for run in reports]) == (DUE, [{}] * len(runs)), seed
        assert not any(there in run.shards_left for run in reports), seed
        assert not world.rows(Verification), seed
