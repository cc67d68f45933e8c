"""A meter never has more in any window than its limit, and never forgets for long."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.meter import SLOTS, Meter, new_meter, one_more, opens_at, room
from chalicelib.domain.moving import moved
from chalicelib.domain.throttle import Limit

MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)
WINDOWS = st.sampled_from([60, 3600])
# In thousandths of the window.
GAPS = st.one_of(st.just(0), st.integers(0, 100), st.integers(0, 1100), st.integers(0, 4000))


def within(admitted: list[datetime], seconds: int, until: datetime) -> int:
    return sum(until - timedelta(seconds=seconds) < instant <= until for instant in admitted)


@given(WINDOWS, st.integers(1, 6), st.lists(GAPS, max_size=60))
def test_no_window_ever_holds_more_than_the_limit(seconds: int, share: int, gaps: list[int]) -> None:
    at, admitted = MIDNIGHT, list[datetime]()
    meter = new_meter("key", Limit(share, seconds), at)
    for gap in gaps:
        at += timedelta(seconds=gap * seconds / 1000)
        # As a store would: a lapsed meter is gone.
        meter = meter.rolled(at) if meter.lapses_at > at else new_meter("key", Limit(share, seconds), at)
        move = one_more(meter, share)
        assert move.fits(meter) == (room(meter, share) > 0)
        if move.fits(meter):
            meter = moved(meter, move)
            admitted.append(at)
            assert within(admitted, seconds, at) <= share
        else:
            # Strict by a twelfth, and not by more.
            assert within(admitted, seconds + seconds // SLOTS, at) >= share
    assert all(within(admitted, seconds, instant) <= share for instant in admitted)


@given(WINDOWS, st.lists(st.tuples(GAPS, st.integers(0, 3)), max_size=20), GAPS, GAPS)
def test_rolling_in_one_go_is_rolling_step_by_step(
    seconds: int, filled: list[tuple[int, int]], first: int, second: int
) -> None:
    at = MIDNIGHT
    meter = new_meter("key", Limit(100, seconds), at)
    for gap, count in filled:
        at += timedelta(seconds=gap * seconds / 1000)
        meter = meter.rolled(at)
        for _ in range(count):
            meter = moved(meter, one_more(meter, 100))
    middle = at + timedelta(seconds=first * seconds / 1000)
    end = middle + timedelta(seconds=second * seconds / 1000)
    stepwise, slot = meter, timedelta(seconds=seconds / SLOTS)
    while (at := min(end, at + slot)) < end:
        stepwise = stepwise.rolled(at)
    jumped = meter.rolled(end)
    for other in (stepwise.rolled(end), meter.rolled(middle).rolled(end)):
        assert (other.slot, other.count, other.past) == (jumped.slot, jumped.count, jumped.past)
    assert len(jumped.past) == SLOTS


def test_a_meter_that_still_holds_is_the_same() -> None:
    meter = new_meter("key", Limit(6, 60), MIDNIGHT)
    assert meter.rolled(MIDNIGHT + timedelta(seconds=4.999)) is meter
    assert meter.rolled(MIDNIGHT - timedelta(days=1)) is meter
    assert meter.counts(MIDNIGHT + timedelta(seconds=4.999))
    assert not meter.counts(MIDNIGHT + timedelta(seconds=5))
    assert not meter.counts(MIDNIGHT - timedelta(microseconds=1))
    assert meter.rolled(MIDNIGHT + timedelta(seconds=5)).slot == meter.slot + 1


def test_a_meter_lapses_when_nothing_in_it_counts_any_more() -> None:
    meter = moved(new_meter("key", Limit(6, 60), MIDNIGHT), one_more(new_meter("key", Limit(6, 60), MIDNIGHT), 6))
    late = meter.rolled(meter.lapses_at)
    assert (late.count, late.past) == (0, (0,) * SLOTS)
    assert late.lapses_at > meter.lapses_at


@pytest.mark.parametrize(
    ("count", "past", "slots"),
    [
        # All in this twelfth: it leaves as the thirteenth from now.
        (6, (0,) * 12, 13),
        (5, (0,) * 11 + (1,), 1),
        (5, (1,) + (0,) * 11, 12),
        (0, (0,) * 10 + (3, 3), 1),
        (0, (0, 6) + (0,) * 10, 11),
    ],
)
def test_a_full_meter_says_when_it_takes_one_again(count: int, past: tuple[int, ...], slots: int) -> None:
    meter = Meter("key", 60, new_meter("key", Limit(6, 60), MIDNIGHT).slot, MIDNIGHT, count, past)
    assert room(meter, 6) == 0
    opens = MIDNIGHT + timedelta(seconds=5 * slots)
    assert opens_at(meter, 6) == opens
    assert room(meter.rolled(opens), 6) > 0
    assert room(meter.rolled(opens - timedelta(microseconds=1)), 6) == 0
