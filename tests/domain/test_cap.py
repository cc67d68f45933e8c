"""How many contacts a month has room for."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.cap import MONTH, Share, free_at, living
from tests.domain.samples import NOON

offsets = st.lists(st.integers(-3, 6), max_size=8)


def shares(ends: list[int], ground: str | None = None) -> tuple[Share, ...]:
    return tuple(Share(f"t{position}", NOON + timedelta(hours=each), ground) for position, each in enumerate(ends))


@given(offsets, st.integers(1, 5))
def test_it_is_free_as_soon_as_fewer_than_the_cap_still_count(ends: list[int], most: int) -> None:
    found = free_at(shares(ends), most, NOON)
    slowly = next(hour for hour in range(8) if sum(each > hour for each in ends) < most)
    assert found == NOON + timedelta(hours=slowly)


@given(offsets, st.integers(0, 7))
def test_what_ends_now_counts_no_more_and_one_s_own_never(ends: list[int], own: int) -> None:
    kept = living(shares(ends), NOON, "ground", f"t{own}")
    assert [each.token for each in kept] == [f"t{at}" for at, each in enumerate(ends) if each > 0 and at != own]


def test_a_reservation_dies_with_what_it_rests_on_and_a_use_does_not() -> None:
    reserved, used = shares([1], "then"), shares([1])
    assert living((*reserved, *used), NOON, "then") == (*reserved, *used)
    assert living((*reserved, *used), NOON, "now") == used


def test_a_month_is_as_long_as_the_longest() -> None:
    assert timedelta(days=31) == MONTH
