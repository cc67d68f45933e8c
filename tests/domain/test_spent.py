"""What is spent never passes a ceiling, in no hour, day or month, whatever is given back and when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.moving import moved
from chalicelib.domain.sending_rules import Spending
from chalicelib.domain.spent import SHARDS, WINDOWS, Ceiling, Spent, ceiling, new_spent, refund, seconds_left

MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
GAPS = st.one_of(st.just(0), st.integers(0, 4000), st.integers(0, 90_000), st.integers(0, 40 * 86400))
FORMS = {"hour": "%Y-%m-%dT%H", "day": "%Y-%m-%d", "month": "%Y-%m"}


def cost_in(window: str, spends: list[tuple[datetime, int]], at: datetime) -> int:
    """The recount, by the clock of UTC."""
    return sum(cost for then, cost in spends if then.strftime(FORMS[window]) == at.strftime(FORMS[window]))


@given(
    INSTANTS,
    st.tuples(*[st.integers(1, 20)] * 3).map(lambda limits: Ceiling(*sorted(limits))),
    st.lists(st.tuples(GAPS, st.integers(1, 8), st.none() | st.integers(0, 3)), max_size=40),
)
def test_exactly_what_fits_every_window_is_spent(
    at: datetime, most: Ceiling, steps: list[tuple[int, int, int | None]]
) -> None:
    spent, spends = new_spent("0", at), list[tuple[datetime, int]]()
    for gap, cost, gives_back in steps:
        at += timedelta(seconds=gap)
        spent = spent.rolled(at) if spent.lapses_at > at else new_spent("0", at)
        if gives_back is not None and gives_back < len(spends):
            then, paid = spends.pop(-1 - gives_back)
            spent = moved(spent, refund(spent, paid, then))
        wanted = [name for name in WINDOWS if cost_in(name, spends, at) + cost > getattr(most, name)]
        assert most.full(spent, cost) == (wanted[0] if wanted else None)
        move = most.reserve(cost)
        assert move.fits(spent) == (not wanted)
        if not wanted:
            spent = moved(spent, move)
            spends.append((at, cost))
        for name in WINDOWS:
            assert getattr(spent, f"{name}_cost") == cost_in(name, spends, at) <= getattr(most, name)


def test_a_shard_that_still_holds_is_the_same() -> None:
    spent = new_spent("0", MIDNIGHT)
    assert spent.rolled(MIDNIGHT + timedelta(minutes=59, seconds=59)) is spent
    assert spent.rolled(MIDNIGHT - timedelta(days=40)) is spent
    assert spent.rolled(MIDNIGHT + timedelta(hours=1)).hour == "2026-11-21T01"


def test_a_shard_keeps_its_version_and_moves_when_it_rolls() -> None:
    spent = Spent("0", "2026-11-21T00", "2026-11-21", "2026-11", MIDNIGHT, 5, 6, 7, "a1", 9)
    assert spent.rolled(MIDNIGHT + timedelta(hours=1)) == Spent(
        "0", "2026-11-21T01", "2026-11-21", "2026-11", MIDNIGHT + timedelta(days=32, hours=1), 0, 6, 7, "a1", 9
    )


@given(INSTANTS)
def test_a_shard_outlives_the_month_that_it_counts(at: datetime) -> None:
    spent = new_spent("0", at)
    assert spent.lapses_at.strftime("%Y-%m") > spent.month


@given(INSTANTS, st.sampled_from(WINDOWS))
def test_what_is_left_of_a_window_ends_where_the_next_begins(at: datetime, window: str) -> None:
    left = timedelta(seconds=seconds_left(window, at))
    assert left > timedelta(0)
    form = FORMS[window]
    assert (at + left).strftime(form) != at.strftime(form)
    assert (at + left - timedelta(seconds=1)).strftime(form) == at.strftime(form)


@pytest.mark.parametrize(
    ("window", "at", "seconds"),
    [
        ("hour", datetime(2026, 11, 21, 12, 59, 59, 500_000, UTC), 1),
        ("hour", datetime(2026, 11, 21, 12, tzinfo=UTC), 3600),
        ("day", datetime(2026, 11, 21, 12, tzinfo=UTC), 12 * 3600),
        ("month", datetime(2026, 11, 30, tzinfo=UTC), 86400),
        ("month", datetime(2026, 12, 31, 23, tzinfo=UTC), 3600),
        ("month", datetime(2028, 2, 1, tzinfo=UTC), 29 * 86400),
    ],
)
def test_a_window_ends_by_the_clock_of_utc(window: str, at: datetime, seconds: int) -> None:
    assert seconds_left(window, at) == seconds


def test_sixteen_shards_together_are_never_above_the_policy() -> None:
    assert ceiling(Spending("50.00", "500.00", "5000.00", 80)) == Ceiling(3_125_000, 31_250_000, 312_500_000)
    odd = ceiling(Spending("0.000017", "0.000031", "0.000047", 80))
    assert (SHARDS * odd.hour, SHARDS * odd.day, SHARDS * odd.month) == (16, 16, 32)


@pytest.mark.parametrize(
    ("costs", "percent"), [((0, 0, 0), 0), ((79, 79, 79), 79), ((80, 0, 0), 80), ((1, 160, 0), 80), ((0, 0, 300), 100)]
)
def test_the_fullest_window_is_told(costs: tuple[int, int, int], percent: int) -> None:
    spent = Spent("0", "2026-11-21T00", "2026-11-21", "2026-11", MIDNIGHT, *costs)
    assert Ceiling(100, 200, 300).percent(spent) == percent


def test_a_ceiling_of_nothing_is_full_and_lets_pass_what_is_free() -> None:
    nothing = ceiling(Spending("0.00", "0.00", "0.00", 80))
    spent = new_spent("0", MIDNIGHT)
    assert nothing.full(spent, 1) == "hour"
    assert nothing.full(spent, 0) is None
    assert nothing.percent(spent) == 100
