"""The purge in one process: planned, and worked off at once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.bootstrap import Ringfence, ringfence
from chalicelib.domain.purge_run import PurgeRun
from chalicelib.entrypoints.jobs.purge_worker import REPORT_MILLISECONDS


@dataclass(frozen=True)
class Letter:
    """What was said of a record that stays due."""

    run_id: str
    kind: str
    key: str
    reason: str


@dataclass
class ListedPurges:
    """The purge's queue as a list, oldest first."""

    waiting: list[tuple[str, str]] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)

    def put(self, run_id: str, bucket: str) -> None:
        """The shard waits."""
        self.waiting.append((run_id, bucket))

    def bury(self, run_id: str, kind: str, key: str, reason: str) -> None:
        """The letter is kept."""
        self.letters.append(Letter(run_id, kind, key, reason))


def purge_at_once(by: Ringfence, time_left: Callable[[], bool] = lambda: True) -> PurgeRun:
    """A run was planned and every shard that waits was worked once; returns the run as it stands then.

    Args:
        by: it has no queue yet, or ListedPurges.
        time_left: False when the shards are to be put back.
    """
    purges = vars(by.adapters).setdefault("purges", ListedPurges())
    planned = by.plan_purge()
    taken, purges.waiting = purges.waiting, []
    for run_id, bucket in taken:
        by.purge_shard(run_id, bucket, time_left)
    run = by.store.get(PurgeRun, "run", planned.id)
    assert run is not None
    return run


def purge(_event: object, context: Any) -> dict[str, Any]:
    """In the place of the function that plans and of its workers: a run was planned and worked; returns its report."""
    run = purge_at_once(ringfence(), lambda: bool(context.get_remaining_time_in_millis() > REPORT_MILLISECONDS))
    return {
        "run_id": run.id,
        "complete": run.complete,
        "erased": dict(run.erased),
        "ended": dict(run.ended),
        "failures": dict(run.failures),
        "oldest_lateness_seconds": run.oldest_lateness_seconds,
    }
