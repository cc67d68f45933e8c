"""A limit with pauses never shuts out for good: each further admission waits twice as long, and never over an hour."""

from datetime import datetime, timedelta
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import Throttled
from chalicelib.domain.throttle import Limit, ThrottleLog, admit, first_admission
from tests.domain.samples import NOON, attempted

TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FAILURES = (Limit(10, 86400, 30, 3600),)


def ask(log: ThrottleLog | None, limits: tuple[Limit, ...], at: datetime) -> ThrottleLog:
    """As a store would: a lapsed log is gone."""
    if log is None or log.lapses_at <= at:
        return first_admission(ThrottleLog, "key", limits, at)
    return admit(log, "wrong_codes_for_number", limits, at)


def refusal(log: ThrottleLog, limits: tuple[Limit, ...], at: datetime) -> Throttled:
    refused = attempted(lambda: ask(log, limits, at))
    assert isinstance(refused, Throttled)
    return refused


def test_ten_in_a_day_are_free_and_then_pauses_double_up_to_an_hour() -> None:
    log, at = ask(None, FAILURES, NOON), NOON
    for _ in range(9):
        log = ask(log, FAILURES, at)
    for pause in (30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600):
        refused = refusal(log, FAILURES, at)
        assert (refused.retry_after_seconds, refused.retry_at) == (pause, at + timedelta(seconds=pause))
        assert (refused.limit, refused.quota, refused.window_seconds) == ("wrong_codes_for_number", 10, 86400)
        refusal(log, FAILURES, at + timedelta(seconds=pause) - TICK)
        at += timedelta(seconds=pause)
        log = ask(log, FAILURES, at)


def test_whoever_tries_all_day_gets_no_more_than_pauses_allow() -> None:
    log, at, admitted = ask(None, FAILURES, NOON), NOON, 1
    while (at := at + timedelta(seconds=10)) < NOON + DAY:
        found = attempted(lambda log=log, at=at: ask(log, FAILURES, at))  # type: ignore[misc]
        if isinstance(found, ThrottleLog):
            log, admitted = found, admitted + 1
    # Ten; seven pauses of 63 minutes and a half together; and one an hour.
    assert admitted == 10 + 7 + 22


@given(
    st.integers(1, 4),
    st.integers(1, 40),
    st.integers(1, 200),
    st.lists(st.integers(0, 2000), max_size=60),
)
def test_a_pause_never_exceeds_the_longest_and_is_what_it_says(
    limit: int, first: int, longest: int, gaps: list[int]
) -> None:
    limits = (Limit(limit, 3000, first, longest),)
    log, at, admitted = None, NOON, list[datetime]()
    for gap in gaps:
        at += timedelta(seconds=gap / 4)
        counted = [instant for instant in admitted if instant > at - timedelta(seconds=3000)]
        beyond = len(counted) - limit
        pause = timedelta(seconds=min(first * 2 ** max(0, beyond), longest))
        found = attempted(lambda log=log, at=at: ask(log, limits, at))  # type: ignore[misc]
        # It opens by the window too: then one of those that count has left it.
        free = beyond < 0 or at >= counted[-1] + pause
        assert isinstance(found, ThrottleLog) == free
        if isinstance(found, ThrottleLog):
            log = found
            admitted.append(at)
            continue
        assert log is not None
        assert isinstance(found, Throttled)
        assert found.retry_at <= counted[-1] + pause
        assert found.retry_at <= at + timedelta(seconds=longest)
        assert found.retry_after_seconds == max(1, ceil((found.retry_at - at).total_seconds()))
        assert isinstance(ask(log, limits, found.retry_at), ThrottleLog)
        with pytest.raises(Throttled):
            ask(log, limits, found.retry_at - TICK)


def test_a_thousand_wrong_codes_leave_a_pause_of_an_hour_at_most() -> None:
    crowded = ThrottleLog("key", tuple(NOON + n * TICK for n in range(1000)), NOON + DAY)
    at = NOON + timedelta(seconds=1)
    assert refusal(crowded, FAILURES, at).retry_at == NOON + 999 * TICK + HOUR
    assert ask(crowded, FAILURES, at + HOUR)


def test_a_window_that_opens_before_the_pause_ends_ends_it() -> None:
    second = timedelta(seconds=1)
    log = ThrottleLog("key", (NOON, NOON + 90 * second), NOON + DAY)
    limits = (Limit(2, 100, 80, 3600),)
    assert refusal(log, limits, NOON + 95 * second).retry_at == NOON + 100 * second
    assert ask(log, limits, NOON + 100 * second)


def test_without_a_pause_a_window_stays_full() -> None:
    log = ThrottleLog("key", (NOON,), NOON + DAY)
    assert refusal(log, (Limit(1, 86400),), NOON + 23 * HOUR).retry_at == NOON + DAY


def test_a_limit_without_pauses_beside_one_with_them_holds() -> None:
    limits = (Limit(1, 600, 30, 3600), Limit(1, 60))
    log = ThrottleLog("key", (NOON,), NOON + DAY)
    assert refusal(log, limits, NOON + timedelta(seconds=40)).retry_at == NOON + timedelta(seconds=60)
    assert ask(log, limits, NOON + timedelta(seconds=60))
