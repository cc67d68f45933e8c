"""A row of traffic says what a plain list of all events says, however it was rolled, and admits no more than that."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.guard_rules import UnverifiedBudget
from chalicelib.domain.moving import Move, moved
from chalicelib.domain.traffic import (
    DAYS,
    LIFE,
    SLOT,
    Overdrawn,
    Traffic,
    credit,
    expecting,
    new_traffic,
    one_more,
    slot_of,
    taken_back,
    unbounded,
)

DAY = timedelta(days=1)
# A slot, an hour and a day begin here.
MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)
TIGHT = UnverifiedBudget(20, 30, 30, 3, 20, 20, 6, 2, 20, 12, 40)
# From within a slot to many weeks.
GAPS = st.one_of(st.integers(0, 400), st.integers(0, 4000), st.integers(0, 200_000), st.integers(0, 40 * 86400)).map(
    lambda seconds: timedelta(seconds=seconds)
)
SMALL_GAPS = st.one_of(st.just(0), st.integers(0, 30), st.integers(0, 700), st.integers(0, 9000)).map(
    lambda seconds: timedelta(seconds=seconds)
)
BUDGETS = st.builds(
    lambda hour, day, flight, percent, sends_hour, sends_day: UnverifiedBudget(
        hour + day,
        percent,
        percent,
        hour,
        percent,
        percent,
        flight,
        percent,
        percent,
        sends_hour,
        sends_hour + sends_day,
    ),
    *[st.integers(1, 6)] * 3,
    st.integers(0, 100),
    st.integers(1, 12),
    st.integers(0, 30),
)


@dataclass
class Sent:
    at: datetime
    credited: bool = False
    taken_back: bool = False

    @property
    def unverified(self) -> bool:
        return not self.credited and not self.taken_back


@dataclass
class Recount:
    """The row, and beside it a list of everything that happened to it."""

    row: Traffic
    at: datetime
    sends: list[Sent] = field(default_factory=list)
    codes: list[datetime] = field(default_factory=list)

    @property
    def now(self) -> int:
        return slot_of(self.at)

    def pass_time(self, gap: timedelta) -> None:
        self.at += gap
        self.row = self.row.rolled(self.at)

    def send(self, move: Move) -> None:
        assert move.fits(self.row)
        self.row = moved(self.row, move)
        self.sends.append(Sent(self.at))

    def enter(self, sends: list[Sent]) -> None:
        move = credit(tuple(send.at for send in sends))
        alive = all(0 <= self.now - slot_of(send.at) <= 2 for send in sends)
        assert move.fits(self.row) == alive
        if alive:
            self.row = moved(self.row, move)
            self.codes.append(self.at)
            for send in sends:
                send.credited = True

    def take_back(self, send: Sent) -> None:
        self.row = moved(self.row, taken_back(self.row, send.at))
        send.taken_back = True

    def said(self) -> dict[str, Any]:
        """What the row says."""
        row = self.row
        return {
            "slot": row.slot,
            "in flight": row.in_flight,
            "unverified": (row.unverified.last_hour, row.unverified.last_day),
            "sent": (row.sent, row.past_sent.last_hour, row.past_sent.last_day),
            "verified": (row.verified, row.past_verified.last_hour, row.past_verified.last_day),
            "days": row.days,
        }

    def recounted(self) -> dict[str, Any]:
        """The same by the list of events."""
        now = self.now
        sent = [slot_of(each.at) for each in self.sends if not each.taken_back]
        open_ = [slot_of(each.at) for each in self.sends if each.unverified]
        codes = [slot_of(at) for at in self.codes]
        past = [slot // 288 for slot in codes if slot < now]
        # Three slots after it began no code can come any more: it is unverified for an hour, or a day, from then on.
        unverified_hour = sum(now - 11 <= slot + 3 <= now for slot in open_)
        return {
            "slot": now,
            "in flight": sum(now - 2 <= slot <= now for slot in open_),
            "unverified": (unverified_hour, sum(_in_a_day(slot + 2, now) for slot in open_)),
            "sent": _by_windows(sent, now),
            "verified": _by_windows(codes, now),
            "days": tuple(past.count(now // 288 - back) for back in range(DAYS)),
        }


def _by_windows(slots: list[int], now: int) -> tuple[int, int, int]:
    """In this slot, in the hour before it, in the day before it."""
    hour = sum(now - 12 <= slot < now for slot in slots)
    return slots.count(now), hour, sum(_in_a_day(slot, now) for slot in slots)


def _in_a_day(slot: int, now: int) -> bool:
    """In this hour or the 24 before, and over."""
    return now // 12 - 24 <= slot // 12 and slot < now


def a_recount(at: datetime = MIDNIGHT, expected: int = 0) -> Recount:
    return Recount(new_traffic("GB#0", at, expected, 1), at)


STEPS = st.lists(
    st.tuples(GAPS, st.integers(0, 3), st.sampled_from(["send", "enter one", "enter two", "take back"])), max_size=40
)


@given(STEPS, st.integers(0, 86400 * 2))
def test_a_row_says_what_a_list_of_all_events_says(steps: list[tuple[timedelta, int, str]], begins: int) -> None:
    told = a_recount(MIDNIGHT + timedelta(seconds=begins))
    for gap, which, act in steps:
        told.pass_time(gap)
        recent = [send for send in told.sends[-4:] if send.unverified]
        if act == "send":
            for _ in range(which + 1):
                told.send(unbounded(told.row))
        elif act == "enter one" and recent:
            told.enter(recent[-1:])
        elif act == "enter two" and len(recent) > 1:
            told.enter(recent[-2:])
        # A send that failed is known to within its slot, or a little later; then it stays among the sent.
        elif act == "take back" and recent and slot_of(recent[-1].at) == told.now:
            told.take_back(recent[-1])
        assert told.said() == told.recounted()


@given(st.lists(st.tuples(SMALL_GAPS, st.integers(0, 3)), max_size=12), GAPS, GAPS)
def test_rolling_in_one_go_is_rolling_step_by_step(
    filled: list[tuple[timedelta, int]], first: timedelta, second: timedelta
) -> None:
    told = a_recount()
    for gap, count in filled:
        told.pass_time(gap)
        for _ in range(count):
            told.send(unbounded(told.row))
        if count > 1:
            told.enter(told.sends[-1:])
    stepwise, at = told.row, told.at
    middle, end = at + first, at + first + second
    # A day beyond all that is counted by slots and hours is enough to show how a step differs from a jump.
    while (at := min(end, at + SLOT)) < end and at < told.at + timedelta(days=3):
        stepwise = stepwise.rolled(at)
    rows = [told.row.rolled(middle).rolled(end), stepwise.rolled(end), told.row.rolled(end)]
    # When it lapses depends on the instant within the slot.
    assert len({replace(row, lapses_at=end) for row in rows}) == 1
    assert all(end + LIFE - SLOT < row.lapses_at <= end + LIFE for row in rows)


@given(st.integers(0, 10_000), st.integers(0, 20))
def test_a_row_that_still_holds_is_the_same(seconds: int, sent: int) -> None:
    at = MIDNIGHT + timedelta(seconds=seconds)
    row = replace(new_traffic("GB#0", at, 0, 1), sent=sent)
    ends = datetime.fromtimestamp((slot_of(at) + 1) * 300, UTC)
    assert row.rolled(ends - timedelta(microseconds=1)) is row
    assert row.rolled(at - DAY) is row
    assert row.rolled(ends).slot == row.slot + 1


def test_a_day_is_a_day_at_least_and_an_hour_more_at_most() -> None:
    told = a_recount(MIDNIGHT + timedelta(minutes=30))
    told.send(unbounded(told.row))
    told.send(unbounded(told.row))
    told.enter(told.sends[-1:])
    last = told.row.rolled(MIDNIGHT + DAY + timedelta(minutes=59))
    assert (last.past_sent.last_day, last.past_verified.last_day, last.unverified.last_day) == (2, 1, 1)
    gone = last.rolled(MIDNIGHT + DAY + timedelta(hours=1))
    assert (gone.past_sent.last_day, gone.past_verified.last_day, gone.unverified.last_day) == (0, 0, 0)


def test_a_row_lapses_when_nothing_in_it_counts_any_more() -> None:
    told = a_recount(expected=1000)
    for _ in range(3):
        told.send(unbounded(told.row))
    told.enter(told.sends[-1:])
    late = told.row.rolled(told.row.lapses_at)
    assert (late.days, late.in_flight, late.sent) == ((0,) * DAYS, 0, 0)
    assert (late.unverified.last_day, late.past_sent.last_day, late.past_verified.last_day) == (0, 0, 0)
    # Nor any earlier: today's right code counts for another fourteen days.
    assert max(told.row.rolled(told.row.lapses_at - timedelta(seconds=1)).days) == 1


def test_what_is_expected_is_history_for_fourteen_days_and_fades() -> None:
    row = new_traffic("GB#0", MIDNIGHT, 900, 3)
    for day in range(14):
        assert max(row.rolled(MIDNIGHT + day * DAY + timedelta(hours=23, minutes=59)).days) == 300
    assert max(row.rolled(MIDNIGHT + 14 * DAY).days) == 0


def test_a_launch_that_is_announced_later_counts_once_and_hides_no_better_day() -> None:
    row = replace(new_traffic("GB#0", MIDNIGHT, 900, 3), days=(7, 50, 400, *(0,) * 12))
    assert expecting(row, 900) is row
    assert expecting(row, 600) is row
    more = expecting(row, 903)
    assert (more.days, more.expected) == ((7, 301, 400, *(301,) * 12), 301)
    assert expecting(more.rolled(MIDNIGHT + 14 * DAY), 903).days == (0,) * 14 + (7,)


@given(BUDGETS, st.lists(st.tuples(SMALL_GAPS, st.integers(0, 3), st.booleans()), max_size=40))
def test_exactly_what_a_recount_allows_is_admitted(
    budget: UnverifiedBudget, steps: list[tuple[timedelta, int, bool]]
) -> None:
    told = a_recount()
    for gap, count, enters in steps:
        told.pass_time(gap)
        for _ in range(count + 1):
            found = one_more(told.row, budget, told.at)
            broken = broken_rules(told, budget)
            if isinstance(found, Overdrawn):
                assert found.rule == broken[0]
                assert found.count >= found.limit
                assert found.retry_at > told.at
                continue
            assert not broken
            told.send(found)
        if enters and told.sends and told.sends[-1].unverified:
            told.enter(told.sends[-1:])


def broken_rules(told: Recount, budget: UnverifiedBudget) -> list[str]:
    """In the policy's own words, of the list of all events."""
    now = told.now
    open_ = [slot_of(each.at) for each in told.sends if each.unverified]
    codes = [slot_of(at) for at in told.codes]
    days = [slot // 288 for slot in codes if slot < now]
    best = max((days.count(day) for day in days), default=0)
    hour, day = sum(slot >= now - 12 for slot in codes), sum(now // 12 - 24 <= slot // 12 for slot in codes)
    sent = [slot_of(each.at) for each in told.sends]
    rules = {
        "unverified_hour": sum(now - 11 <= slot + 3 <= now for slot in open_)
        < max(
            budget.hour_floor,
            budget.hour_percent_of_best_day * best // 600,
            budget.hour_percent_of_last_hour * hour // 100,
        ),
        "unverified_day": sum(_in_a_day(slot + 2, now) for slot in open_)
        < max(
            budget.day_floor, budget.day_percent_of_best_day * best // 100, budget.day_percent_of_last_day * day // 100
        ),
        "in_flight": sum(slot >= now - 2 for slot in open_)
        < max(
            budget.flight_floor,
            budget.flight_percent_of_best_day * best // 100,
            budget.flight_percent_of_last_hour * hour // 100,
        ),
        "sends_hour": sum(slot >= now - 12 for slot in sent) < budget.sends_per_hour,
        "sends_day": sum(now // 12 - 24 <= slot // 12 for slot in sent) < budget.sends_per_day,
    }
    return [rule for rule, holds in rules.items() if not holds]
