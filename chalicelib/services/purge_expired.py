"""The scheduled purge: erases what is due and reports it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from chalicelib.domain.customer import Customer
from chalicelib.domain.due import buckets
from chalicelib.domain.errors import RingfenceError
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.purge_run import PurgeRun
from chalicelib.domain.verification import Verification
from chalicelib.ports import Clock, Insert, Remove, Store
from chalicelib.services.purge_customer import PurgeCustomer


@dataclass(frozen=True)
class PurgeExpired:
    """Finds by index, never by scanning. What is erased leaves the index, so a run that stops is simply continued."""

    clock: Clock
    store: Store
    purge_customer: PurgeCustomer

    def __call__(self, time_left: Callable[[], bool]) -> PurgeRun:
        """What was due and could be erased in time is erased, and the report says so.

        What fails stays due, is counted by the kind of its error, and stops nothing else.

        Args:
            time_left: False when the run should end.

        Source: PIPL 19, 47; GDPR 5(1)(e).
        """
        started_at = self.clock.now()
        run_id = new_id(f"run_{started_at:%Y%m%dT%H%M%SZ}")
        erased: Counter[str] = Counter()
        failures: Counter[str] = Counter()
        lateness = 0
        complete = True
        for due_at, erase in self._due(run_id, started_at):
            if not time_left():
                complete = False
                break
            try:
                erased[erase()] += 1
                lateness = max(lateness, int((started_at - due_at).total_seconds()))
            except RingfenceError as failure:
                # A Conflict among them: it changed under our hands. What is still due, the next run finds.
                failures[type(failure).__name__] += 1
        run = PurgeRun(run_id, started_at, self.clock.now(), complete, dict(erased), dict(failures), lateness)
        self.store.commit(Insert(run))
        return run

    def _due(self, run_id: str, until: datetime) -> Iterator[tuple[datetime, Callable[[], str]]]:
        for bucket in buckets(int(run_id[-4:], 16)):
            for verification in self.store.due(Verification, bucket, until):
                yield verification.due_at, partial(self._erase, verification)
            for customer in self.store.due(Customer, bucket, until):
                if customer.due_at is not None:
                    yield customer.due_at, partial(self.purge_customer, customer)

    def _erase(self, verification: Verification) -> str:
        self.store.commit(Remove(verification))
        return verification.due_reason
