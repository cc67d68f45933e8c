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
    new_traffic,
    one_more,
    taken_back,
    unbounded,
)
from chalicelib.ports import Blinder, Conflict, Insert, Journal, Replace, Store
from chalicelib.services.moving_rows import MovingRows

# So many verified numbers a day make 400 writes a second of one row at ten times the mean. Source: docs/capacity.md.
DAILY_OF_A_ROW = 1_500_000
MOST_ROWS = 32


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

    def admit_prefix(self, row: str, region: str, at: datetime) -> str:
        """One more send to the prefix is counted; returns its row.

        Raises:
            Throttled: a budget of the prefix is used up.
        """
        return self._admit("prefix", new_traffic(row, at), self._rules.prefix, region, at)

    def admit_country(self, region: str, at: datetime, row: str | None = None) -> str:
        """One more send to the country is counted; returns the row that counts it.

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
            try:
                return self._admit("country", new_traffic(asked, at, expected, shards), self._rules.country, region, at)
            except Throttled as refusal:
                throttled = refusal
        raise throttled

    def give_back(self, row: str, at: datetime) -> None:
        """The send that was counted at this instant counts no more."""
        self.rows.move(new_traffic(row, at), at, partial(taken_back, sent_at=at))

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

    def _admit(self, scope: str, born: Traffic, budget: UnverifiedBudget, region: str, at: datetime) -> str:
        over: list[Overdrawn] = []

        def decide(row: Traffic) -> Move:
            found = one_more(row, budget, at)
            if isinstance(found, Move):
                return found
            over.append(found)
            raise _throttled(scope, found, at)

        frame = partial(expecting, expected_daily=born.expected * born.shards)
        try:
            return self.rows.move(born, at, decide, frame).key
        except Throttled:
            # The last one was of the row as it stands; those before it may have been of an old copy.
            self._refuse(scope, over[-1], region, at)
        return self.rows.move(born, at, unbounded, frame).key

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
