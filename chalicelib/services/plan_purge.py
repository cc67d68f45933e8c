"""Plans a run of the purge."""

from dataclasses import dataclass
from datetime import timedelta

from chalicelib.domain.due import buckets
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.policy import Policy
from chalicelib.domain.purge_run import PurgeRun
from chalicelib.domain.writes import Insert
from chalicelib.ports import Clock, PurgeQueue, Store


@dataclass(frozen=True)
class PlanPurge:
    """One message for each bucket of the indexes of what is due, whatever is in it: to look costs what to ask costs."""

    policy: Policy
    clock: Clock
    store: Store
    purges: PurgeQueue

    def __call__(self) -> PurgeRun:
        """A run is there that waits for all its shards, and each of them is in the queue.

        Raises:
            Unavailable: store or queue did not answer. The run may be there, and then never becomes complete; what it
                leaves is still due.
        """
        started_at = self.clock.now()
        run_id = new_id(f"run_{started_at:%Y%m%dT%H%M%SZ}")
        lapses_at = started_at + timedelta(days=self.policy.rules.retention.report_days)
        run = PurgeRun(id=run_id, started_at=started_at, shards_left=tuple(buckets(0)), lapses_at=lapses_at)
        # The run first: a shard that nobody waits for would be dropped.
        self.store.commit(Insert(run))
        # One after the other: nobody waits for the plan, and the workers begin with the first.
        for bucket in run.shards_left:
            self.purges.put(run.id, bucket)
        return run
