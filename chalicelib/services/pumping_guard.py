"""Stops SMS pumping: numbers that are sent codes which nobody ever enters."""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import ceil

from chalicelib.domain.accounts import DAY, CountriesOfIp
from chalicelib.domain.errors import Throttled
from chalicelib.domain.guard_rules import GuardRules, UnverifiedBudget
from chalicelib.domain.moving import Move
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.policy import Policy
from chalicelib.domain.traffic import (
    Overdrawn,
    Traffic,
    credit,
    expecting,
    is_fresh,
    new_traffic,
    one_more,
    taken_back,
    unbounded,
)
from chalicelib.domain.writes import Conflict, Insert, Replace
from chalicelib.ports import Blinder, Journal, Store
from chalicelib.services.moving_rows import MovingRows

# So many verified numbers a day make 400 writes a second of one row at ten times the mean. Source: docs/capacity.md.
DAILY_OF_A_ROW = 1_500_000
MOST_ROWS = 32


@dataclass(frozen=True)
class Counted:
    """The row that counts a send.

    Attributes:
        over: the rule for which only a fresh prefix may have it; None if any may.
        fresh: True if the row counts one other send without a right code at most.
    """

    row: str
    over: Overdrawn | None = None
    fresh: bool = False


@dataclass(frozen=True)
class PumpingGuard:
    """Budgets of unverified sends, one write each. Every refusal is told to the journal with its figures."""

    policy: Policy
    store: Store
    rows: MovingRows
    blinder: Blinder
    journal: Journal

    @property
    def _rules(self) -> GuardRules:
        return self.policy.rules.guard

    @property
    def on(self) -> bool:
        """False if the policy has turned the guard off."""
        return self._rules.mode != "off"

    def prefix_row(self, number: PhoneNumber, at: datetime) -> str:
        """The row that counts sends to the thousand numbers around this one; it does not tell which they are."""
        return self.blinder.mac("prefix", number.e164[:-3].encode(), at)

    def admit_prefix(self, row: str, region: str, at: datetime, own: int = 1) -> Counted:
        """One more send to the prefix is counted.

        Args:
            own: sends of this verification, this one included.

        Raises:
            Throttled: a budget of the prefix is used up.
        """
        counted, _ = self._admit("prefix", new_traffic(row, at), self._rules.prefix, region, at)
        return Counted(counted.key, fresh=is_fresh(counted, own))

    def admit_country(self, region: str, at: datetime, row: str | None = None) -> Counted:
        """One more send to the country is counted; if only a fresh prefix may have it, `over` says why.

        Args:
            row: the only one to ask; else a random one and, if that is full, another.

        Raises:
            Throttled: a budget of the country is used up.
        """
        country = self.policy.rules.country(region)
        expected = country.expected_daily if country else 0
        shards = min(MOST_ROWS, 1 + expected // DAILY_OF_A_ROW)
        first = secrets.randbelow(shards)
        rows = [row] if row else [f"{region}#{(first + step) % shards}" for step in range(min(2, shards))]
        for asked in rows:
            born = new_traffic(asked, at, expected, shards)
            try:
                counted, over = self._admit(
                    "country", born, self._rules.country, region, at, self._rules.fresh_prefix_percent
                )
            except Throttled as refusal:
                throttled = refusal
            else:
                return Counted(counted.key, over=over)
        raise throttled

    def require_fresh(self, country: Counted, prefix: Counted, region: str, at: datetime) -> None:
        """Returns if the country had room for any send, or for those to a fresh prefix, and this is one.

        Raises:
            Throttled: it is none.
        """
        if country.over is not None and not prefix.fresh:
            self._refuse("country", country.over, region, at)

    def give_back(self, counted: Counted, at: datetime) -> None:
        """The send that was counted at this instant counts no more."""
        self.rows.move(new_traffic(counted.row, at), at, partial(taken_back, sent_at=at))

    def credit(self, row: str, sent_at: tuple[datetime, ...]) -> str:
        """The sends of these instants brought one right code, if they are in flight still; returns the row."""
        with suppress(Conflict):
            self.store.add(Traffic, row, credit(sent_at), None)
        return row

    def take_credit_back(self, row: str, sent_at: tuple[datetime, ...]) -> None:
        """They did not after all."""
        with suppress(Conflict):
            self.store.add(Traffic, row, credit(sent_at, -1), None)

    def admit_ip(self, network: str, region: str, at: datetime) -> CountriesOfIp:
        """The country is among those that the IP has unverified sends to.

        Raises:
            Throttled: there are too many already.
        """
        key = self.blinder.mac("countries", network.encode(), at)
        write: Insert[CountriesOfIp] | Replace[CountriesOfIp] = Insert(CountriesOfIp(key, at).reached(region, at))
        # Each lost round is another start of the same IP; its own throttle bounds them.
        while True:
            try:
                self.store.commit(write)
            except Conflict as conflict:
                current = conflict.current(CountriesOfIp)
            else:
                return write.record if isinstance(write, Insert) else write.after
            if current is None:
                write = Insert(CountriesOfIp(key, at).reached(region, at))
                continue
            living = current.living(at)
            if region not in living and len(living) >= self._rules.countries_by_ip:
                retry_at = min(living.values()) + DAY
                over = Overdrawn("countries_by_ip", len(living), self._rules.countries_by_ip, 86400, retry_at)
                self._refuse("ip", over, region, at)
            write = Replace(current, current.reached(region, at))

    def credit_ip(self, row: CountriesOfIp, region: str) -> None:
        """The country is none of the IP's unverified ones any more.

        Args:
            row: as it was after the start; a later start costs a second write.
        """
        current: CountriesOfIp | None = row
        while current is not None and region in current.since:
            try:
                self.store.commit(Replace(current, current.verified(region)))
            except Conflict as conflict:
                current = conflict.current(CountriesOfIp)
            else:
                return

    def _admit(
        self,
        scope: str,
        born: Traffic,
        budget: UnverifiedBudget,
        region: str,
        at: datetime,
        at_most_percent: int = 100,
    ) -> tuple[Traffic, Overdrawn | None]:
        """The row that counts one more send, and the rule that it broke if more than 100 percent were needed."""
        over: list[Overdrawn] = []

        def decide(percent: int, row: Traffic) -> Move:
            found = one_more(row, budget, at, percent)
            if isinstance(found, Move):
                return found
            over.append(found)
            raise _throttled(scope, found, at)

        frame = partial(expecting, expected_daily=born.expected * born.shards)
        for percent in dict.fromkeys((100, at_most_percent)):
            # What an old copy was refused for is not told.
            over[:] = over[-1:]
            try:
                counted = self.rows.move(born, at, partial(decide, percent), frame)
            except Throttled:
                continue
            return counted, over[-1] if percent > 100 else None
        self._refuse(scope, over[-1], region, at)
        return self.rows.move(born, at, unbounded, frame), None

    def _refuse(self, scope: str, over: Overdrawn, region: str, at: datetime) -> None:
        """The journal has the decision. Returns where the guard only observes.

        Raises:
            Throttled: it does not only observe.
        """
        enforced = self._rules.mode == "enforce"
        throttled = _throttled(scope, over, at)
        self.journal.note(
            "guard",
            decision="refused" if enforced else "would refuse",
            scope=scope,
            rule=over.rule,
            region=region,
            count=over.count,
            limit=over.limit,
            window_seconds=over.window_seconds,
            retry_after_seconds=throttled.retry_after_seconds,
        )
        if enforced:
            raise throttled


def _throttled(scope: str, over: Overdrawn, at: datetime) -> Throttled:
    seconds = max(1, ceil((over.retry_at - at) / timedelta(seconds=1)))
    return Throttled(scope, over.limit, over.window_seconds, over.retry_at, seconds)
