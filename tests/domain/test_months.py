"""A month of the law is a month of the calendar."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.months import months_after

instants = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("begin", "months", "end"),
    [
        ((2027, 1, 15), 1, (2027, 2, 15)),
        ((2027, 1, 31), 1, (2027, 2, 28)),
        ((2028, 1, 31), 1, (2028, 2, 29)),
        ((2026, 11, 30), 3, (2027, 2, 28)),
        ((2026, 12, 1), 1, (2027, 1, 1)),
        ((2026, 12, 31), 12, (2027, 12, 31)),
        ((2027, 3, 31), 1, (2027, 4, 30)),
    ],
    ids=str,
)
def test_the_day_is_the_same_or_the_month_s_last(
    begin: tuple[int, int, int], months: int, end: tuple[int, int, int]
) -> None:
    assert months_after(datetime(*begin, 9, 30, tzinfo=UTC), months) == datetime(*end, 9, 30, tzinfo=UTC)


def test_the_day_is_utc_s() -> None:
    late = datetime(2027, 1, 31, 20, 0, tzinfo=timezone(-timedelta(hours=8)))
    assert months_after(late, 1) == datetime(2027, 3, 1, 4, 0, tzinfo=UTC)


@given(instants, st.integers(0, 36))
def test_it_is_so_many_months_on_and_never_a_later_day(at: datetime, months: int) -> None:
    end = months_after(at, months)
    assert (end.year - at.year) * 12 + end.month - at.month == months
    assert end.day == at.day or (end.day < at.day and end.day == monthrange(end.year, end.month)[1])
    assert end.timetz() == at.timetz()


@given(instants, instants, st.integers(0, 36))
def test_who_asks_earlier_is_not_answered_later(one: datetime, other: datetime, months: int) -> None:
    first, second = sorted((one, other))
    # Two last days of a month may end on the same day, and then their times of day count.
    assert months_after(first, months).date() <= months_after(second, months).date()
