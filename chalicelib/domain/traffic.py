"""What went to a country or to a prefix, and how much of it stayed without a right code."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from chalicelib.domain.guard_rules import UnverifiedBudget
from chalicelib.domain.moving import Move

SLOT = timedelta(minutes=5)
SLOTS_OF_HOUR = 12
SLOTS_OF_DAY = 24 * SLOTS_OF_HOUR
# A code lives at most two slots, so a send can be verified in its own slot and in two more. Each of the three has a
# counter that keeps its name while the row rolls on: who credits a send need not know the row.
FLIGHT = ("flight_0", "flight_1", "flight_2")
# The current hour is not full yet, so one more makes a day at least.
HOURS = 25
# Today, and the 14 before.
DAYS = 15
# A row of 15 empty days says nothing.
LIFE = timedelta(days=DAYS)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SENT = {"sent": 1}


def slot_of(at: datetime) -> int:
    """The number of the instant's slot."""
    return (at - EPOCH) // SLOT


@dataclass(frozen=True)
class Counts:
    """One thing counted, by slots for an hour and by hours for a day; the newest first, the current slot left out."""

    slots: tuple[int, ...] = (0,) * SLOTS_OF_HOUR
    hours: tuple[int, ...] = (0,) * HOURS

    def with_slot(self, count: int, *, hour_ends: bool) -> "Counts":
        """One more slot is over, and with it perhaps the hour."""
        hours = (self.hours[0] + count, *self.hours[1:])
        return Counts((count, *self.slots[:-1]), (0, *hours[:-1]) if hour_ends else hours)

    @property
    def last_hour(self) -> int:
        """In the twelve slots before the current one."""
        return sum(self.slots)

    @property
    def last_day(self) -> int:
        """In 24 hours and what there is of the current one."""
        return sum(self.hours)


@dataclass(frozen=True)
class Traffic:
    """One row of a country or a prefix.

    Attributes:
        key: the region and a shard, or a blinded prefix.
        slot: the slot that runs.
        sent: sends in this slot.
        flight_0, flight_1, flight_2: sends without a right code so far, of this slot and the two before it.
        verified: right codes in this slot.
        past_sent, past_verified: of the slots before.
        unverified: of the slots before those in flight: no code can come any more.
        days: right codes of each day, today's first.
        expected: right codes a day of which the row was given a history.
        shards: into how many rows the country's budgets are split.
    """

    key: str
    slot: int
    lapses_at: datetime
    shards: int = 1
    sent: int = 0
    flight_0: int = 0
    flight_1: int = 0
    flight_2: int = 0
    verified: int = 0
    past_sent: Counts = Counts()
    past_verified: Counts = Counts()
    unverified: Counts = Counts()
    days: tuple[int, ...] = (0,) * DAYS
    expected: int = 0
    version: str = ""
    moves: int = 0

    def rolled(self, at: datetime) -> "Traffic":
        """The row as of this instant: slots that are over lie in the past."""
        now = slot_of(at)
        if now <= self.slot:
            return self
        # After a day everything counted by slots and hours is gone; what is left are whole days.
        skipped = max(0, now - self.slot - SLOTS_OF_DAY - 2 * SLOTS_OF_HOUR)
        row = self
        while row.slot < now - skipped:
            row = row._stepped()
        if skipped:
            empty = min(DAYS, now // SLOTS_OF_DAY - row.slot // SLOTS_OF_DAY)
            row = replace(row, slot=now, days=((0,) * empty + row.days)[:DAYS])
        return replace(row, lapses_at=at + LIFE)

    def _stepped(self) -> "Traffic":
        following = self.slot + 1
        hour_ends, day_ends = following % SLOTS_OF_HOUR == 0, following % SLOTS_OF_DAY == 0
        days = (self.days[0] + self.verified, *self.days[1:])
        # The counter of the new slot still holds the oldest of the three, for which no code can come any more.
        leaving = _in_flight(following)
        # Credits may come twice; what is below nothing is nothing.
        unverified = max(0, getattr(self, leaving))
        return replace(
            self,
            slot=following,
            sent=0,
            verified=0,
            past_sent=self.past_sent.with_slot(self.sent, hour_ends=hour_ends),
            past_verified=self.past_verified.with_slot(self.verified, hour_ends=hour_ends),
            unverified=self.unverified.with_slot(unverified, hour_ends=hour_ends),
            days=(0, *days[:-1]) if day_ends else days,
            flight_0=0 if leaving == "flight_0" else self.flight_0,
            flight_1=0 if leaving == "flight_1" else self.flight_1,
            flight_2=0 if leaving == "flight_2" else self.flight_2,
        )

    @property
    def in_flight(self) -> int:
        """Sends that may still be verified."""
        return self.flight_0 + self.flight_1 + self.flight_2


def new_traffic(key: str, at: datetime, expected_daily: int = 0, shards: int = 1) -> Traffic:
    """A row with a history of as many right codes on each of 14 days as are expected.

    It fades by itself: after 14 days all of it lies too far back to count.
    """
    return expecting(Traffic(key, slot_of(at), at + LIFE, shards), expected_daily)


def expecting(row: Traffic, expected_daily: int) -> Traffic:
    """The row with that history if it was not given as much before: a launch that is announced later counts, too."""
    share = expected_daily // row.shards
    if share <= row.expected:
        return row
    days = (row.days[0], *(max(share, day) for day in row.days[1:]))
    return replace(row, days=days, expected=share)


@dataclass(frozen=True)
class Overdrawn:
    """A rule that one more send would break.

    Attributes:
        rule: its name.
        count, limit: where the row stands, and what the rule allows.
        window_seconds: over what.
        retry_at: when the rule may hold again, if nothing else is sent.
    """

    rule: str
    count: int
    limit: int
    window_seconds: int
    retry_at: datetime


def one_more(row: Traffic, budget: UnverifiedBudget, at: datetime, percent: int = 100) -> Move | Overdrawn:
    """What one more send moves, or the first rule that it would break.

    Args:
        percent: of the shares of what was verified. Floors stay: where nobody was verified nobody is to be spared.

    Within a frame only `sent` and those in flight get stricter; all else that is asked stays as it is or gets milder.

    Source: guard_rules.UnverifiedBudget.
    """
    best, last_hour = max(row.days), row.past_verified.last_hour + row.verified

    def largest(floor: int, of_best_day: int, of_recent: int) -> int:
        return max(-(-floor // row.shards), of_best_day * percent // 100, of_recent * percent // 100)

    hour = largest(
        budget.hour_floor,
        budget.hour_percent_of_best_day * best // 600,
        budget.hour_percent_of_last_hour * last_hour // 100,
    )
    day = largest(
        budget.day_floor,
        budget.day_percent_of_best_day * best // 100,
        budget.day_percent_of_last_day * (row.past_verified.last_day + row.verified) // 100,
    )
    flight = largest(
        budget.flight_floor,
        budget.flight_percent_of_best_day * best // 100,
        budget.flight_percent_of_last_hour * last_hour // 100,
    )
    sends_hour, sends_day = -(-budget.sends_per_hour // row.shards), -(-budget.sends_per_day // row.shards)
    rules = (
        ("unverified_hour", row.unverified.last_hour, hour, 3600, _slots_until(row.unverified.slots, hour)),
        ("unverified_day", row.unverified.last_day, day, 86400, _hours_until(row, row.unverified, day)),
        ("in_flight", row.in_flight, flight, 600, 1),
        ("sends_hour", row.past_sent.last_hour + row.sent, sends_hour, 3600, 1),
        ("sends_day", row.past_sent.last_day + row.sent, sends_day, 86400, _hours_until(row, row.past_sent, sends_day)),
    )
    for rule, count, limit, window_seconds, slots in rules:
        if count >= limit:
            return Overdrawn(rule, count, limit, window_seconds, EPOCH + SLOT * (slot_of(at) + slots))
    counter = _in_flight(row.slot)
    others = row.in_flight - getattr(row, counter)
    sends = min(sends_hour - row.past_sent.last_hour, sends_day - row.past_sent.last_day)
    return Move(SENT | {counter: 1}, {"sent": sends - 1, counter: flight - others - 1})


def is_fresh(row: Traffic, own: int) -> bool:
    """True if at most one send without a right code within a day is not among the `own` ones."""
    return row.in_flight + row.unverified.last_day <= own + 1


def unbounded(row: Traffic) -> Move:
    """What one more send moves, whatever the rules say."""
    return Move(SENT | {_in_flight(row.slot): 1})


def taken_back(row: Traffic, sent_at: datetime) -> Move:
    """What moves when a send that was counted at that instant did not come about."""
    slot = slot_of(sent_at)
    if slot == row.slot:
        return Move({"sent": -1, _in_flight(slot): -1})
    return Move({_in_flight(slot): -1} if 0 < row.slot - slot < len(FLIGHT) else {})


def credit(sent_at: tuple[datetime, ...], sign: int = 1) -> Move:
    """What moves when the sends of these instants brought one right code; with -1 what undoes it.

    It moves if all of them are in flight still.
    """
    slots = [slot_of(at) for at in sent_at]
    amounts = {"verified": sign}
    for slot in slots:
        amounts[_in_flight(slot)] = amounts.get(_in_flight(slot), 0) - sign
    return Move(amounts, at_most={"slot": min(slots) + len(FLIGHT) - 1}, at_least={"slot": max(slots)})


def _in_flight(slot: int) -> str:
    return FLIGHT[slot % len(FLIGHT)]


def _slots_until(counts: tuple[int, ...], limit: int) -> int:
    """After how many of them so much has left the window that less than the limit is in it."""
    return next((gone for gone in range(1, len(counts) + 1) if sum(counts[: len(counts) - gone]) < limit), len(counts))


def _hours_until(row: Traffic, counts: Counts, limit: int) -> int:
    """The same for the hours of a day, in slots: what is left of this hour, and whole ones."""
    left = SLOTS_OF_HOUR - row.slot % SLOTS_OF_HOUR
    return left + SLOTS_OF_HOUR * (_slots_until(counts.hours, limit) - 1)
