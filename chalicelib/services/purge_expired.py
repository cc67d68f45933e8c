"""The scheduled purge: does what is due, which is to erase or to let a consent end, and reports it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from chalicelib.domain.customer import Customer
from chalicelib.domain.due import buckets
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.purge_run import PurgeRun
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Insert, Remove
from chalicelib.ports import Clock, Store
from chalicelib.services.act_on_due import ActOnDue

Purgeable = type[Verification] | type[Customer]


@dataclass(frozen=True)
class PurgeExpired:
    """Finds by index, never by scanning. What is erased leaves the index, so a run that stops is simply continued."""

    clock: Clock
    store: Store
    act_on_due: ActOnDue

    def __call__(self, time_left: Callable[[], bool]) -> PurgeRun:
        """What was due and could be done in time is done, and the report says so.

        What fails stays due, is counted by the kind of its error, and stops nothing else.

        Args:
            time_left: False when the run should end.

        Source: PIPL 19, 47; GDPR 5(1)(e).
        """
        started_at = self.clock.now()
        run_id = new_id(f"run_{started_at:%Y%m%dT%H%M%SZ}")
        run = _Run(started_at)
        for bucket, kind in product(buckets(int(run_id[-4:], 16)), (Verification, Customer)):
            if not run.complete:
                break
            self._purge_bucket(kind, bucket, run, time_left)
        report = PurgeRun(
            id=run_id,
            started_at=started_at,
            finished_at=self.clock.now(),
            complete=run.complete,
            erased=dict(run.erased),
            failures=dict(run.failures),
            ended=dict(run.ended),
            oldest_lateness_seconds=run.lateness,
        )
        self.store.commit(Insert(report))
        return report

    def _purge_bucket(self, kind: Purgeable, bucket: str, run: "_Run", time_left: Callable[[], bool]) -> None:
        try:
            for key in self.store.due(kind, bucket, run.started_at):
                if not time_left():
                    run.complete = False
                    return
                self._purge_one(kind, key, run)
        except Exception as failure:
            run.failures[type(failure).__name__] += 1

    def _purge_one(self, kind: Purgeable, key: str, run: "_Run") -> None:
        # Whatever is wrong with one row, a row that cannot even be read among it, must not keep the others.
        try:
            record = self.store.get(kind, key, even_lapsed=True)
            # The index is a little behind the table: what moved on meanwhile is not due.
            if record is None or record.due_at is None or record.due_at > run.started_at:
                return
            if isinstance(record, Customer) and record.is_open:
                run.ended.update(filter(None, [self.act_on_due(record)]))
            else:
                run.erased.update(filter(None, [self._erase(record)]))
            run.lateness = max(run.lateness, int((run.started_at - record.due_at).total_seconds()))
        except Exception as failure:
            run.failures[type(failure).__name__] += 1

    def _erase(self, record: Verification | Customer) -> str | None:
        if isinstance(record, Customer):
            return self.act_on_due(record)
        self.store.commit(Remove(record))
        return record.due_reason


class _Run:
    """What a run has done so far."""

    def __init__(self, started_at: datetime) -> None:
        self.started_at = started_at
        self.erased: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self.lateness = 0
        self.complete = True
