"""Limits are exact: never one too many, never one too few, and the way back in is told to the instant."""

from datetime import datetime, timedelta
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import Throttled
from chalicelib.domain.throttle import Limit, ThrottleLog, admit, first_admission
from tests.domain.samples import NOON, attempted

TICK = timedelta(microseconds=1)
LIMITS = st.lists(st.builds(Limit, st.integers(1, 5), st.integers(1, 40)), min_size=1, max_size=3).map(tuple)
INSTANTS = st.lists(st.integers(0, 400), min_size=1, max_size=60).map(
    lambda quarters: [NOON + timedelta(seconds=quarter / 4) for quarter in sorted(quarters)]
)


def within(admitted: list[datetime], limit: Limit, until: datetime) -> int:
    """How many instants a window that ends at `until` holds: the rule in the policy's own words."""
    return sum(until - timedelta(seconds=limit.window_seconds) < instant <= until for instant in admitted)


def allowed(admitted: list[datetime], limits: tuple[Limit, ...], at: datetime) -> bool:
    return all(within([*admitted, at], limit, at) <= limit.limit for limit in limits)


def ask(log: ThrottleLog | None, limits: tuple[Limit, ...], at: datetime) -> ThrottleLog:
    """As a store would: a lapsed log is gone."""
    if log is None or log.lapses_at <= at:
        return first_admission(ThrottleLog, "key", limits, at)
    return admit(log, "number", limits, at)


@given(LIMITS, INSTANTS)
def test_exactly_what_fits_every_window_is_admitted(limits: tuple[Limit, ...], instants: list[datetime]) -> None:
    log: ThrottleLog | None = None
    admitted: list[datetime] = []
    for at in instants:
        result = attempted(lambda log=log, at=at: ask(log, limits, at))  # type: ignore[misc]
        assert isinstance(result, ThrottleLog) == allowed(admitted, limits, at)
        if isinstance(result, ThrottleLog):
            log = result
            admitted.append(at)
    assert all(within(admitted, limit, instant) <= limit.limit for limit in limits for instant in admitted)


@given(LIMITS, INSTANTS)
def test_a_refusal_names_the_first_instant_that_is_admitted(
    limits: tuple[Limit, ...], instants: list[datetime]
) -> None:
    log: ThrottleLog | None = None
    admitted: list[datetime] = []
    for at in instants:
        result = attempted(lambda log=log, at=at: ask(log, limits, at))  # type: ignore[misc]
        if isinstance(result, ThrottleLog):
            log = result
            admitted.append(at)
            continue
        assert isinstance(result, Throttled)
        assert log is not None
        assert result.retry_at > at
        assert result.retry_after_seconds == max(1, ceil((result.retry_at - at).total_seconds()))
        assert Limit(result.quota, result.window_seconds) in limits
        assert result.limit == "number"
        assert allowed(admitted, limits, result.retry_at)
        assert not allowed(admitted, limits, result.retry_at - TICK)
        ask(log, limits, result.retry_at)
        with pytest.raises(Throttled):
            ask(log, limits, result.retry_at - TICK)


@given(LIMITS, INSTANTS)
def test_a_log_lapses_when_nothing_in_it_counts_any_more(limits: tuple[Limit, ...], instants: list[datetime]) -> None:
    log: ThrottleLog | None = None
    for at in instants:
        try:
            log = ask(log, limits, at)
        except Throttled:
            continue
        longest = max(limit.window_seconds for limit in limits)
        assert log.lapses_at == at + timedelta(seconds=longest)
        assert admit(log, "number", limits, log.lapses_at).admitted == (log.lapses_at,)
        assert any(within(list(log.admitted), limit, log.lapses_at - TICK) for limit in limits)


@given(LIMITS, INSTANTS)
def test_a_log_never_grows_beyond_its_longest_window(limits: tuple[Limit, ...], instants: list[datetime]) -> None:
    log: ThrottleLog | None = None
    longest = max(limit.window_seconds for limit in limits)
    for at in instants:
        try:
            log = ask(log, limits, at)
        except Throttled:
            continue
        assert list(log.admitted) == sorted(log.admitted)
        assert all(instant > at - timedelta(seconds=longest) for instant in log.admitted)


def test_a_late_request_counts_what_was_admitted_after_it() -> None:
    limits = (Limit(2, 60),)
    log = admit(first_admission(ThrottleLog, "key", limits, NOON + timedelta(seconds=5)), "number", limits, NOON)
    with pytest.raises(Throttled):
        admit(log, "number", limits, NOON + timedelta(seconds=2))
    assert log.lapses_at == NOON + timedelta(seconds=65)


def test_the_window_that_stays_full_the_longest_is_named() -> None:
    limits = (Limit(1, 10), Limit(1, 60), Limit(1, 30))
    log = first_admission(ThrottleLog, "key", limits, NOON)
    with pytest.raises(Throttled) as refused:
        admit(log, "number", limits, NOON)
    assert refused.value.window_seconds == 60
    assert refused.value.retry_after_seconds == 60
