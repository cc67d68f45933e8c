"""What was decided on an old copy of a row holds for the row as it stands, or does not move it."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.guard_rules import UnverifiedBudget
from chalicelib.domain.moving import Move, moved
from chalicelib.domain.traffic import (
    Counts,
    Overdrawn,
    Traffic,
    credit,
    new_traffic,
    one_more,
    slot_of,
    taken_back,
    unbounded,
)
from tests.domain.test_traffic import MIDNIGHT, TIGHT

SLOT = timedelta(minutes=5)
COUNT = st.integers(0, 8)
COUNTS = st.builds(
    lambda slots, hours: Counts((*slots, *(0,) * 9), (*hours, *(0,) * 22)),
    st.tuples(COUNT, COUNT, COUNT),
    st.tuples(COUNT, COUNT, COUNT),
)
ROWS = st.builds(
    lambda later, **counts: Traffic(
        key="GB#0", slot=slot_of(MIDNIGHT + later * SLOT), lapses_at=MIDNIGHT + timedelta(days=20), **counts
    ),
    later=st.integers(0, 5),
    sent=COUNT,
    flight_0=COUNT,
    flight_1=COUNT,
    flight_2=COUNT,
    verified=COUNT,
    past_sent=COUNTS,
    past_verified=COUNTS,
    unverified=COUNTS,
    days=st.tuples(*[st.integers(0, 60)] * 3).map(lambda days: (*days, *(0,) * 12)),
    shards=st.integers(1, 3),
)

# With room for what such a row has already, and for a few more.
ROOMY = st.builds(
    lambda unverified, flight, hour, day: UnverifiedBudget(
        unverified, 0, 0, unverified, 0, 0, flight, 0, 0, hour, max(hour, day)
    ),
    st.integers(60, 90),
    st.integers(10, 90),
    st.integers(20, 120),
    st.integers(20, 120),
)


def begins(row: Traffic) -> datetime:
    return MIDNIGHT + (row.slot - slot_of(MIDNIGHT)) * SLOT


@given(
    ROWS, ROOMY, st.lists(st.sampled_from(["send", "credit now", "credit before", "credit long before"]), max_size=8)
)
def test_a_decision_on_an_old_copy_moves_nothing_that_would_be_refused_now(
    row: Traffic, budget: UnverifiedBudget, meanwhile: list[str]
) -> None:
    decided = one_more(row, budget, begins(row))
    if isinstance(decided, Overdrawn):
        return
    assert decided.fits(row)
    stored = row
    for act in meanwhile:
        ago = ["credit now", "credit before", "credit long before"].index(act) if act != "send" else 0
        move = unbounded(stored) if act == "send" else credit((begins(row) - ago * SLOT,))
        stored = moved(stored, move)
        if decided.fits(stored):
            assert isinstance(one_more(stored, budget, begins(row)), Move)


@given(ROWS, ROOMY)
def test_one_more_and_another_never_pass_a_limit(row: Traffic, budget: UnverifiedBudget) -> None:
    at, decided = begins(row), one_more(row, budget, begins(row))
    if isinstance(decided, Overdrawn):
        assert decided.count >= decided.limit
        return
    # The same old decision again and again, as many processes make it at once.
    admitted = 0
    while decided.fits(row):
        row = moved(row, decided)
        admitted += 1
    refused = one_more(row, budget, at)
    assert isinstance(refused, Overdrawn)
    assert refused.count == refused.limit
    assert refused.rule in ("in_flight", "sends_hour", "sends_day")
    assert admitted >= 1


@given(ROWS, st.lists(st.integers(0, 2), min_size=1, max_size=5), st.integers(0, 3))
def test_a_credit_moves_one_code_and_each_of_its_sends(row: Traffic, ago: list[int], late: int) -> None:
    sent_at = tuple(begins(row) - slots * SLOT for slots in ago)
    move = credit(sent_at)
    assert move.fits(row)
    after = moved(row, move)
    assert after.verified == row.verified + 1
    assert after.in_flight == row.in_flight - len(ago)
    assert moved(after, credit(sent_at, -1)) == moved(moved(row, Move({})), Move({}))
    # A row that knows nothing of its sends yet is not moved either.
    assert not credit((*sent_at, begins(row) + SLOT)).fits(row)
    # As soon as one of them has left, it moves nothing.
    rolled = row.rolled(begins(row) + late * SLOT)
    assert move.fits(rolled) == (max(ago) + late <= 2)


@given(ROWS, st.integers(0, 6))
def test_what_is_taken_back_counts_no_more_and_nothing_else_moves(row: Traffic, later: int) -> None:
    at = begins(row)
    counted = moved(row, unbounded(row))
    now, without = counted.rolled(at + later * SLOT), row.rolled(at + later * SLOT)
    back = moved(now, taken_back(now, at))
    assert back.in_flight == without.in_flight
    assert back.unverified == (without if later < 3 else now).unverified
    assert back.sent == without.sent
    # What lies in the past stays there, which is stricter.
    assert back.past_sent.last_hour == without.past_sent.last_hour + (1 if later else 0)
    assert back.verified == without.verified


def test_a_send_before_the_row_or_after_it_takes_nothing_back_that_is_another_s() -> None:
    row = new_traffic("GB#0", MIDNIGHT, 0, 1)
    for slots in (-3, -6, 1, 3):
        assert moved(row, taken_back(row, MIDNIGHT + slots * SLOT)).in_flight == 0


def test_what_is_below_nothing_is_nothing() -> None:
    row = new_traffic("GB#0", MIDNIGHT, 0, 1)
    row = moved(moved(moved(row, unbounded(row)), credit((MIDNIGHT,))), credit((MIDNIGHT,)))
    assert row.in_flight == -1
    for slots in range(1, 5):
        assert row.rolled(MIDNIGHT + slots * SLOT).unverified.last_day == 0
    assert row.rolled(MIDNIGHT + 3 * SLOT).in_flight == 0


@pytest.mark.parametrize(
    ("changes", "rule", "count", "limit", "seconds", "minutes"),
    [
        ({"unverified": Counts((0, 0, 2, 0, 1, *(0,) * 7))}, "unverified_hour", 3, 3, 3600, 8 * 5),
        ({"unverified": Counts((1, 0, 2, *(0,) * 8, 3))}, "unverified_hour", 6, 3, 3600, 10 * 5),
        ({"unverified": Counts(hours=(0, 20, *(0,) * 23))}, "unverified_day", 20, 20, 86400, 24 * 60),
        ({"unverified": Counts(hours=(*(0,) * 24, 20))}, "unverified_day", 20, 20, 86400, 60),
        ({"flight_1": 2, "flight_2": 4}, "in_flight", 6, 6, 600, 5),
        ({"sent": 2, "past_sent": Counts((10, *(0,) * 11))}, "sends_hour", 12, 12, 3600, 5),
        ({"sent": 1, "past_sent": Counts(hours=(9, 30, *(0,) * 23))}, "sends_day", 40, 40, 86400, 60),
    ],
)
def test_a_refusal_names_rule_and_figures(
    changes: dict[str, object], rule: str, count: int, limit: int, seconds: int, minutes: int
) -> None:
    row = Traffic("GB#0", slot_of(MIDNIGHT), MIDNIGHT + timedelta(days=20), **changes)  # type: ignore[arg-type]
    at = MIDNIGHT + timedelta(seconds=7)
    assert one_more(row, TIGHT, at) == Overdrawn(rule, count, limit, seconds, MIDNIGHT + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("changes", "limit"),
    [
        # A sixth of a fifth of the best day; a fifth of the last hour; and the floor if both are less.
        ({"days": (0, 3000, *(0,) * 13)}, 100),
        ({"past_verified": Counts((99, *(0,) * 11)), "verified": 1}, 20),
        ({"days": (60, *(0,) * 14)}, 3),
    ],
)
def test_the_budget_of_an_hour_is_the_largest_of_three(changes: dict[str, object], limit: int) -> None:
    assert _limit("unverified_hour", {"unverified": Counts((999, *(0,) * 11), (0,) * 25), **changes}) == limit


@pytest.mark.parametrize(
    ("changes", "limit"),
    [
        ({"days": (0, 3000, *(0,) * 13)}, 900),
        ({"past_verified": Counts(hours=(0, 99, *(0,) * 23)), "verified": 1}, 30),
        ({"days": (60, *(0,) * 14)}, 20),
    ],
)
def test_the_budget_of_a_day_is_the_largest_of_three(changes: dict[str, object], limit: int) -> None:
    assert _limit("unverified_day", {"unverified": Counts(hours=(9999, *(0,) * 24)), **changes}) == limit


@pytest.mark.parametrize(
    ("changes", "limit"),
    [
        ({"days": (0, 3000, *(0,) * 13)}, 60),
        ({"past_verified": Counts((99, *(0,) * 11)), "verified": 1}, 20),
        ({"days": (60, *(0,) * 14)}, 6),
    ],
)
def test_the_cap_in_flight_is_the_largest_of_three(changes: dict[str, object], limit: int) -> None:
    assert _limit("in_flight", {"flight_0": 999, **changes}) == limit


def test_a_shard_has_its_part_of_each_number_and_never_nothing() -> None:
    for shards, hour, day, flight in ((2, 2, 10, 3), (3, 1, 7, 2), (32, 1, 1, 1)):
        assert _limit("unverified_hour", {"unverified": Counts((999, *(0,) * 11)), "shards": shards}) == hour
        assert _limit("unverified_day", {"unverified": Counts(hours=(99, *(0,) * 24)), "shards": shards}) == day
        assert _limit("in_flight", {"flight_0": 999, "shards": shards}) == flight
    assert _limit("sends_hour", {"past_sent": Counts((99, *(0,) * 11)), "shards": 5}) == 3
    assert _limit("sends_day", {"past_sent": Counts(hours=(99, *(0,) * 24)), "shards": 3}) == 14


def _limit(rule: str, changes: dict[str, object]) -> int:
    row = Traffic("GB#0", slot_of(MIDNIGHT), MIDNIGHT + timedelta(days=20), **changes)  # type: ignore[arg-type]
    found = one_more(row, TIGHT, MIDNIGHT)
    assert isinstance(found, Overdrawn)
    assert found.rule == rule
    return found.limit
