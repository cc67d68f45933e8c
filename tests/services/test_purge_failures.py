"""What fails is told, stays due, and stops nothing else."""

from typing import Any

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.due import bucket
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.purge_run import PurgeRun
from chalicelib.domain.verification import Verification
from chalicelib.services import purge_shard
from infra.local.purge_queue import Letter
from tests.services.purge_scene import DUE, due_in_one_shard, planned
from tests.services.test_purge import times


def test_a_record_that_cannot_be_read_stops_nothing_else_and_is_told_once_a_run() -> None:
    world = due_in_one_shard()
    adapters: Any = world.adapters
    poison = next(row.id for row in world.rows(Verification) if row.due_reason == "unverified_number")
    adapters.store.broken = {(poison,)}
    run_id, there = planned(world)
    # A worker with time for two items at most puts the shard back again and again.
    for _ in range(9):
        world.ringfence.purge_shard(run_id, there, times(4))
    world.ringfence.purge_shard(run_id, there, lambda: True)
    run = world.row(PurgeRun, "run", run_id)
    assert (run.erased, run.failures) == ({**DUE, "unverified_number": 4}, {"KeyError": 1})
    assert adapters.purges.letters == [Letter(run_id, "verification", poison, "KeyError")]
    world.later(days=2)
    late = world.purge()
    assert (late.erased, late.failures) == ({}, {"KeyError": 1})
    # It is late, although nothing was done.
    assert late.oldest_lateness_seconds > 86_400
    assert len(adapters.purges.letters) == 2
    adapters.store.broken = set()
    assert world.purge().erased == {"unverified_number": 1}


def test_a_letter_that_nobody_takes_stops_nothing() -> None:
    world = due_in_one_shard()
    adapters: Any = world.adapters
    adapters.store.damaged = {Verification}

    def refuse(*_: object) -> None:
        raise Unavailable("staged")

    adapters.purges.bury = refuse
    run = world.purge()
    assert (run.erased, run.failures, run.complete) == ({"account_closed": 1}, {"Unavailable": 6}, True)


def test_where_everything_fails_a_shard_gives_up_for_this_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge_shard, "PAGE", 2)
    monkeypatch.setattr(purge_shard, "MOST_FAILURES", 2)
    world = due_in_one_shard()
    adapters: Any = world.adapters
    adapters.store.damaged = {Verification, Customer}
    assert world.purge().failures == {"Unavailable": 2}
    assert len(adapters.purges.letters) == 2


def test_however_much_fails_for_good_all_else_is_done_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge_shard, "PAGE", 2)
    monkeypatch.setattr(purge_shard, "MOST_FAILURES", 2)
    world = due_in_one_shard()
    store: Any = world.store
    bad = [due.key for due in world.store.due(Verification, bucket("customer-one"), world.adapters.clock.at)][:5]
    store.broken = {(key,) for key in bad}
    for _ in range(5):
        assert world.purge().failures["KeyError"] in (2, 3)
    assert {row.id for row in world.rows(Verification)} == set(bad)
    assert world.row(Customer, "customer-one").status == "purged"
    store.broken = set()
    world.purge()
    assert not world.rows(Verification)
