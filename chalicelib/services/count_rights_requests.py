"""Counts what customers wait for, and for too long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from chalicelib.domain.due import buckets
from chalicelib.domain.policy import Policy
from chalicelib.domain.rights import RightsRequest
from chalicelib.ports import Clock, Store
from chalicelib.services.concurrently import together


@dataclass(frozen=True)
class RightsCount:
    """How many are late, and how many will be within the policy's days if nobody acts."""

    overdue: int
    due_soon: int


@dataclass(frozen=True)
class CountRightsRequests:
    """By the index alone: no request is read."""

    policy: Policy
    clock: Clock
    store: Store

    def __call__(self) -> RightsCount:
        """The count of this moment.

        Raises:
            Unavailable: the store did not answer.

        Source: GDPR 12(3); PIPL 50.
        """
        at = self.clock.now()
        soon = at + timedelta(days=self.policy.rules.rights.warning_days)
        counts = together(*(partial(self._count, bucket, at, soon) for bucket in buckets(0)))
        return RightsCount(*map(sum, zip(*counts, strict=True)))

    def _count(self, bucket: str, at: datetime, soon: datetime) -> tuple[int, int]:
        due = [it.at for it in self.store.due(RightsRequest, bucket, soon)]
        overdue = sum(it <= at for it in due)
        return overdue, len(due) - overdue
