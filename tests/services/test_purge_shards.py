"""A shard is worked by whoever is given it, and counts once whatever dies, repeats or overtakes."""

from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from chalicelib.domain.certificate import ErasureCertificate
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.purge_run import CHAIN, PurgeRun
from chalicelib.domain.purge_shard import Shard
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Insert, Replace
from chalicelib.services import purge_shard
from infra.local.purge_queue import ListedPurges
from tests.services.purge_scene import DUE, Died, calls_of_a_shard, due_in_one_shard, mortal, planned
from tests.services.staged_store import StagedAdapters
from tests.services.test_erase_customer import law_on
from tests.services.test_holds import cases_on, place
from tests.services.test_purge import times
from tests.services.world import World, at_once


@pytest.mark.parametrize("applied", [False, True])
def test_wherever_the_worker_dies_everything_is_erased_and_counted_once(applied: bool) -> None:
    for dies_at in range(calls_of_a_shard()):
        world = due_in_one_shard()
        run_id, there = planned(world)
        with mortal(world, dies_at, applied=applied), suppress(Died):
            world.ringfence.purge_shard(run_id, there, lambda: True)
        # SQS gives the shard again, and once more than it should.
        for _ in range(2):
            world.ringfence.purge_shard(run_id, there, lambda: True)
        run = world.row(PurgeRun, "run", run_id)
        assert (dict(run.erased), run.failures, run.complete) == (DUE, {}, True), dies_at
        assert all(row == Shard(row.bucket, version=row.version) for row in world.rows(Shard))
        assert not world.rows(Verification)
        assert world.row(Customer, "customer-one").status == "purged"
        assert len(world.rows(ErasureCertificate)) == 1
        assert len(world.store.history(LedgerEvent, CHAIN)) == 1


@pytest.mark.parametrize("applied", [False, True])
def test_what_a_dead_worker_leaves_to_the_next_run_is_counted_in_one_of_both(applied: bool) -> None:
    for dies_at in range(calls_of_a_shard()):
        world = due_in_one_shard()
        run_id, there = planned(world)
        with mortal(world, dies_at, applied=applied), suppress(Died):
            world.ringfence.purge_shard(run_id, there, lambda: True)
        world.later(hours=1)
        later = world.purge()
        world.ringfence.purge_shard(run_id, there, lambda: True)
        runs = [world.row(PurgeRun, "run", each) for each in (run_id, later.id)]
        counts = {reason: sum(run.erased.get(reason, 0) for run in runs) for reason in DUE}
        assert (counts, [run.complete for run in runs]) == (DUE, [True, True]), dies_at
        assert all(row == Shard(row.bucket, version=row.version) for row in world.rows(Shard))


@pytest.mark.parametrize("applied", [False, True])
def test_what_another_run_did_since_it_was_found_is_counted_by_that_run_alone(applied: bool) -> None:
    for dies_at in range(calls_of_a_shard()):
        world = due_in_one_shard()
        adapters: Any = world.adapters
        run_id, there = planned(world)
        other, quick = world.ringfence.plan_purge().id, world.ringfence.purge_shard
        adapters.store.before(Shard, partial(quick, other, there, lambda: True))
        with mortal(world, dies_at, applied=applied), suppress(Died):
            world.ringfence.purge_shard(run_id, there, lambda: True)
        for each in (other, run_id):
            world.ringfence.purge_shard(each, there, lambda: True)
        runs = [world.row(PurgeRun, "run", each) for each in (run_id, other)]
        assert {reason: sum(run.erased.get(reason, 0) for run in runs) for reason in DUE} == DUE, dies_at
        assert [there in run.shards_left for run in runs] == [False, False]


@pytest.mark.parametrize("applied", [False, True])
def test_what_the_index_still_has_of_an_earlier_run_is_not_counted_again(applied: bool) -> None:
    dies_at, has_died = 0, True
    while has_died:
        world = due_in_one_shard()
        store: Any = world.store
        name = next(row.id for row in world.rows(Verification) if row.status != "spent")
        world.purge()
        store.stale.append(name)
        run_id, there = planned(world)
        has_died = False
        with mortal(world, dies_at, applied=applied):
            try:
                world.ringfence.purge_shard(run_id, there, lambda: True)
            except Died:
                has_died = True
        world.ringfence.purge_shard(run_id, there, lambda: True)
        run = world.row(PurgeRun, "run", run_id)
        assert (dict(run.erased), run.failures, run.complete) == ({}, {}, True), dies_at
        dies_at += 1
    assert dies_at > 4


def test_workers_at_once_count_everything_once() -> None:
    world = due_in_one_shard()
    run_id, there = planned(world)
    at_once(lambda _: world.ringfence.purge_shard(run_id, there, lambda: True), 20)
    world.ringfence.purge_shard(run_id, there, lambda: True)
    assert dict(world.row(PurgeRun, "run", run_id).erased) == DUE


@pytest.mark.parametrize("is_due", [True, False])
def test_a_shard_that_a_worker_of_another_run_has_is_put_back(is_due: bool) -> None:
    world = due_in_one_shard()
    adapters: Any = world.adapters
    run_id, there = planned(world)
    if not is_due:
        world.later(days=-31)
        run_id = world.ringfence.plan_purge().id
    other = world.ringfence.plan_purge().id
    adapters.purges.waiting.clear()
    adapters.store.before(Shard, lambda: world.store.commit(Insert(Shard(there, other))))
    assert world.ringfence.purge_shard(run_id, there, lambda: True).outcome == "put_back"
    assert adapters.purges.waiting == [(run_id, there)]
    world.ringfence.purge_shard(run_id, there, lambda: True)
    runs = [world.row(PurgeRun, "run", each) for each in (run_id, other)]
    assert [there in run.shards_left for run in runs] == [False, False]


@pytest.mark.parametrize("applied", [False, True])
def test_what_a_dead_worker_may_have_done_is_counted_however_short_the_next_one_s_time(applied: bool) -> None:
    for dies_at in range(4, 14):
        world = due_in_one_shard()
        run_id, there = planned(world)
        with mortal(world, dies_at, applied=applied), suppress(Died):
            world.ringfence.purge_shard(run_id, there, lambda: True)
        for time in (1, 2):
            world.ringfence.purge_shard(run_id, there, times(time))
        world.ringfence.purge_shard(run_id, there, lambda: True)
        assert dict(world.row(PurgeRun, "run", run_id).erased) == DUE, dies_at


def unanswered(world: World, run_id: str, there: str, fails_at: int) -> PurgeRun:
    """The run after its shard was worked twice, where one commit had happened and got no answer."""
    store: Any = world.store
    store.fails_at, store.applies = store.asked + fails_at, True
    for _ in range(2):
        with suppress(Unavailable):
            world.ringfence.purge_shard(run_id, there, lambda: True)
    return world.row(PurgeRun, "run", run_id)


def test_an_item_whose_commit_got_no_answer_is_counted_if_it_was_done() -> None:
    for fails_at in range(12):
        world = due_in_one_shard()
        run_id, there = planned(world)
        run = unanswered(world, run_id, there, fails_at)
        assert (dict(run.erased), run.failures, run.complete) == (DUE, {}, True), fails_at


@pytest.mark.parametrize("is_reminder", [True, False])
def test_what_was_only_told_or_dated_anew_is_not_counted_if_its_answer_was_lost(is_reminder: bool) -> None:
    for fails_at in range(8):
        world = World(StagedAdapters())
        cases_on(world)
        customer = world.customer(customer_id="customer-one")
        if is_reminder:
            place(world, customer)
        else:
            world.close(customer)
            law_on(world)
        world.later(days=31)
        run_id, there = planned(world)
        run = unanswered(world, run_id, there, fails_at)
        assert ({**run.erased, **run.ended}.keys() - {"finished_verification"}, run.complete) == (set(), True), fails_at


def test_a_shard_that_was_left_by_a_run_whose_report_has_ended_is_worked() -> None:
    world = due_in_one_shard()
    run_id, there = planned(world)
    world.ringfence.purge_shard(run_id, there, times(3))
    assert world.row(Shard, there, "shard").run_id == run_id
    world.later(days=world.policy.rules.retention.report_days)
    run = world.purge()
    assert (run.complete, run.failures, world.rows(Verification)) == (True, {}, [])


def test_a_shard_is_put_back_if_the_worker_of_an_earlier_run_lives_and_is_quicker() -> None:
    world = due_in_one_shard()
    adapters: Any = world.adapters
    run_id, there = planned(world)
    world.ringfence.purge_shard(run_id, there, times(3))
    standing = world.row(Shard, there, "shard")
    other = world.ringfence.plan_purge().id
    adapters.purges.waiting.clear()
    adapters.store.before(Shard, lambda: world.store.commit(Replace(standing, standing)))
    assert world.ringfence.purge_shard(other, there, lambda: True).outcome == "put_back"
    assert adapters.purges.waiting == [(other, there)]
    world.ringfence.purge_shard(other, there, lambda: True)
    assert [there in world.row(PurgeRun, "run", each).shards_left for each in (run_id, other)] == [False, False]


def test_shards_that_end_at_once_are_all_counted(world: World) -> None:
    for number in range(20):
        world.start(f"+1201555{number:04d}")
    world.later(days=1)
    run = world.ringfence.plan_purge()
    at_once(lambda number: world.ringfence.purge_shard(run.id, f"{number:02d}", lambda: True), 64)
    done = world.row(PurgeRun, "run", run.id)
    assert (done.erased, done.complete) == ({"unverified_number": 20}, True)


def test_a_shard_without_time_is_put_back_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge_shard, "PAGE", 2)
    world = due_in_one_shard()
    run_id, there = planned(world)
    purges: ListedPurges = world.adapters.purges
    purges.waiting.clear()
    outcomes = []
    while True:
        outcomes.append(world.ringfence.purge_shard(run_id, there, times(3)).outcome)
        if outcomes[-1] != "put_back":
            break
        assert purges.waiting == [(run_id, there)] * len(outcomes)
    assert outcomes == ["put_back"] * (len(outcomes) - 1) + ["reported"]
    assert len(outcomes) > 2
    assert dict(world.row(PurgeRun, "run", run_id).erased) == DUE


def test_a_run_is_reported_only_once_its_shard_is_done_whoever_does_it() -> None:
    world = due_in_one_shard()
    run_id, there = planned(world)
    assert world.ringfence.purge_shard(run_id, there, times(3)).outcome == "put_back"
    other = world.ringfence.plan_purge().id
    assert world.ringfence.purge_shard(other, there, lambda: True).outcome == "reported"
    assert [dict(world.row(PurgeRun, "run", each).erased) for each in (run_id, other)] == [DUE, {}]


def test_a_preview_counts_no_more_than_it_says(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.services.preview_purge.MOST_COUNTED", 2)
    world = due_in_one_shard()
    preview = world.ringfence.preview_purge()
    assert (sum(preview.due["verification"].values()), preview.complete) == (2, False)
    assert preview.due["customer"] == {"account_closed": 1}
