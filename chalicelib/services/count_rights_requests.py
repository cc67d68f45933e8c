"""Counts what customers wait for, and for too long."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.due import buckets
from chalicelib.domain.policy import Policy
from chalicelib.domain.rights import RightsRequest
from chalicelib.ports import Clock, Store


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
        counts = [[self._due(bucket, until) for bucket in buckets(0)] for until in (at, soon)]
        overdue, all_due = map(sum, counts)
        return RightsCount(overdue, all_due - overdue)

    def _due(self, bucket: str, until: datetime) -> int:
        return sum(1 for _ in self.store.due(RightsRequest, bucket, until))
