"""Keeps what SMS cost under the policy's ceiling."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

from chalicelib.domain.errors import PhoneNumberRefused, SpendLimitReached
from chalicelib.domain.moving import Move
from chalicelib.domain.policy import Policy
from chalicelib.domain.sms_parts import sms_parts
from chalicelib.domain.spent import SHARDS, Ceiling, Spent, ceiling, new_spent, refund, seconds_left
from chalicelib.ports import Journal
from chalicelib.services.moving_rows import MovingRows


@dataclass(frozen=True)
class Reserved:
    """Money that a send may cost, and the shard that holds it."""

    row: str
    cost: int
    at: datetime


@dataclass
class Spending:
    """A random shard is asked, and if it is full another: near the ceiling some refusals come a little early."""

    policy: Policy
    rows: MovingRows
    journal: Journal

    @cached_property
    def _ceiling(self) -> Ceiling:
        return ceiling(self.policy.rules.spending)

    def reserve(self, region: str, text: str, at: datetime) -> Reserved:
        """What the text costs in that country is reserved, in the hour, the day and the month.

        Raises:
            SpendLimitReached: there is no room for it.
            PhoneNumberRefused: nothing is sent to that country.
        """
        country = self.policy.rules.country(region)
        if country is None:
            raise PhoneNumberRefused("/phone_number", "belongs to a region that this service does not send to")
        cost = country.price * sms_parts(text)
        first = secrets.randbelow(SHARDS)
        try:
            return self._reserve(str(first), cost, at)
        except SpendLimitReached:
            pass
        try:
            return self._reserve(str((first + 1 + secrets.randbelow(SHARDS - 1)) % SHARDS), cost, at)
        except SpendLimitReached as reached:
            self.journal.note("spending", decision="refused", window=reached.window, percent=100)
            raise

    def give_back(self, reserved: Reserved) -> None:
        """The cost did not arise."""
        at = reserved.at
        self.rows.move(new_spent(reserved.row, at), at, partial(refund, cost=reserved.cost, at=at))

    def _reserve(self, row: str, cost: int, at: datetime) -> Reserved:
        def decide(spent: Spent) -> Move:
            full = self._ceiling.full(spent, cost)
            if full is not None:
                raise SpendLimitReached(full, seconds_left(full, at))
            return self._ceiling.reserve(cost)

        spent = self.rows.move(new_spent(row, at), at, decide)
        percent = self._ceiling.percent(spent)
        if percent >= self.policy.rules.spending.alarm_percent:
            self.journal.note("spending", decision="reserved", percent=percent)
        return Reserved(row, cost, at)
