"""A proof clears what spoke against the number before it, and nothing that came later."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.customer import Customer
from chalicelib.domain.freshness import (
    AGE,
    CARRIER_CHANGED,
    IMPORTED,
    OPT_OUT,
    Reverification,
    doubted,
    look_up_due,
    looked_up,
    proved_again,
    reverification,
    seen,
)
from chalicelib.domain.life_rules import Freshness
from chalicelib.domain.schedule import dated
from tests.domain.samples import NOON, RULEBOOK, a_customer

DAY = timedelta(days=1)
TAG = "1.tag"
LOOKING_UP = replace(RULEBOOK, freshness=Freshness(365, 3, 30))
instants = st.integers(-5, 5).map(lambda hours: NOON + timedelta(hours=12 * hours))


def in_doubt(at: datetime = NOON + DAY, **changes: Any) -> Customer:
    return replace(doubted(a_customer(), OPT_OUT, at), **changes)


def test_a_proof_is_due_again_after_the_policy_s_days() -> None:
    assert reverification(a_customer(), RULEBOOK) == (NOON + timedelta(days=365), AGE)


def test_what_is_in_doubt_or_never_was_proved_is_due_since_then() -> None:
    assert reverification(in_doubt(), RULEBOOK) == (NOON + DAY, OPT_OUT)
    imported = a_customer(status="imported", verified_at=None)
    assert reverification(imported, RULEBOOK) == (NOON, IMPORTED)
    assert reverification(doubted(imported, OPT_OUT, NOON + DAY), RULEBOOK) == (NOON + DAY, OPT_OUT)


@pytest.mark.parametrize("status", ["restricted", "purged"])
def test_of_an_ended_contract_nothing_is_to_be_proved(status: str) -> None:
    ended = a_customer(status=status)
    assert reverification(ended, RULEBOOK) is None
    assert proved_again(ended, [TAG], NOON + 9 * DAY) is ended
    assert doubted(ended, OPT_OUT, NOON + 9 * DAY) is ended
    assert seen(ended, NOON + 9 * DAY) is ended


def test_who_has_no_number_has_none_to_prove() -> None:
    lost = replace(a_customer().having(None), status="unreachable")
    assert reverification(lost, RULEBOOK) is None
    assert doubted(lost, OPT_OUT, NOON + DAY) is lost
    assert proved_again(lost, [TAG], NOON + 9 * DAY) is lost


def test_the_head_says_when_the_number_is_to_be_proved_again_and_forgets_it_with_the_number() -> None:
    head = dated(in_doubt(), RULEBOOK)
    assert (head.reverify_at, head.reverify_reason) == (NOON + DAY, OPT_OUT)
    proved = dated(proved_again(head, [TAG], NOON + 2 * DAY), RULEBOOK)
    assert (proved.reverify_at, proved.reverify_reason) == (NOON + timedelta(days=367), AGE)
    assert dated(proved, RULEBOOK) is proved
    gone = dated(replace(proved.having(None), status="unreachable"), RULEBOOK)
    assert (gone.reverify_at, gone.reverify_reason) == (None, None)


@pytest.mark.parametrize("before", [in_doubt(), a_customer(failed_deliveries=2), a_customer(status="imported")])
def test_a_right_code_clears_what_spoke_against_the_number(before: Customer) -> None:
    at = NOON + DAY + timedelta(seconds=1)
    after = proved_again(before, [TAG], at)
    assert (after.status, after.verified_at, after.seen_at) == ("active", at, at)
    assert (after.doubted_at, after.doubt, after.failed_deliveries) == (None, None, 0)


@pytest.mark.parametrize("changes", [{"failed_deliveries": 1}, {"doubted_at": NOON, "doubt": OPT_OUT}])
def test_within_a_day_only_a_proof_that_clears_something_is_news(changes: dict[str, Any]) -> None:
    at = NOON + timedelta(hours=23)
    settled = a_customer(seen_at=NOON)
    assert proved_again(settled, [TAG], at) is settled
    assert proved_again(replace(settled, **changes), [TAG], at).verified_at == at
    assert proved_again(settled, [TAG], NOON + DAY).verified_at == NOON + DAY


def test_a_code_for_another_number_proves_nothing_here() -> None:
    assert proved_again(in_doubt(), ["1.other"], NOON + 2 * DAY) == in_doubt()


@given(instants, instants, instants)
def test_whatever_order_they_are_told_in_a_newer_doubt_outlives_a_proof_and_an_older_one_does_not(
    first: datetime, doubt_at: datetime, proof_at: datetime
) -> None:
    customer = a_customer(verified_at=first)
    told = proved_again(doubted(customer, OPT_OUT, doubt_at), [TAG], proof_at)
    otherwise = doubted(proved_again(customer, [TAG], proof_at), OPT_OUT, doubt_at)
    assert told.verified_at is not None
    assert told.verified_at >= first
    if doubt_at > max(first, proof_at):
        assert told.doubted_at == otherwise.doubted_at == doubt_at
    if first < doubt_at < proof_at:
        assert told.doubted_at is None
    # Told again, it changes nothing.
    assert proved_again(told, [TAG], proof_at) == told


@given(st.lists(instants, min_size=1, max_size=6))
def test_the_first_doubt_since_the_proof_stays(doubts: list[datetime]) -> None:
    customer = a_customer()
    for at in doubts:
        customer = doubted(customer, OPT_OUT, at)
    assert customer.doubted_at == next((at for at in doubts if at >= NOON), None)


def test_a_sign_of_life_is_noted_once_a_day() -> None:
    customer = seen(a_customer(), NOON)
    assert customer.seen_at == NOON
    assert seen(customer, NOON + timedelta(hours=23, minutes=59)) is customer
    assert seen(customer, NOON - DAY) is customer
    assert seen(customer, NOON + DAY).seen_at == NOON + DAY


def test_a_doubt_and_its_end_change_what_decisions_rest_on_and_a_later_proof_alone_does_not() -> None:
    customer = a_customer()
    assert in_doubt().ground != customer.ground
    assert proved_again(customer, [TAG], NOON + 2 * DAY).ground == customer.ground
    noted = dated(looked_up(seen(customer, NOON + DAY), "One", NOON + DAY), RULEBOOK)
    assert noted.ground == customer.ground


def test_nobody_is_looked_up_unless_the_policy_says_so() -> None:
    later = NOON + timedelta(days=9999)
    assert not look_up_due(a_customer(), RULEBOOK, later)
    assert look_up_due(a_customer(), LOOKING_UP, NOON)
    assert not look_up_due(a_customer(test_number="review"), LOOKING_UP, NOON)


def test_a_look_up_holds_for_the_policy_s_days() -> None:
    known = looked_up(a_customer(), "One", NOON)
    assert not look_up_due(known, LOOKING_UP, NOON + timedelta(days=30, microseconds=-1))
    assert look_up_due(known, LOOKING_UP, NOON + timedelta(days=30))


def test_another_carrier_speaks_against_the_number_and_the_first_one_and_silence_do_not() -> None:
    first = looked_up(a_customer(), "One", NOON)
    assert (first.carrier, first.looked_up_at, first.doubt) == ("One", NOON, None)
    silent = looked_up(first, None, NOON + DAY)
    assert (silent.carrier, silent.looked_up_at, silent.doubt) == ("One", NOON + DAY, None)
    other = looked_up(silent, "Two", NOON + 2 * DAY)
    assert (other.carrier, other.doubt, other.doubted_at) == ("Two", CARRIER_CHANGED, NOON + 2 * DAY)
    # Proved again, it is the same carrier's.
    assert looked_up(proved_again(other, [TAG], NOON + 3 * DAY), "Two", NOON + 4 * DAY).doubt is None


@given(st.lists(st.tuples(instants, st.sampled_from(["ada", "bob"])), min_size=2, max_size=5))
def test_places_sort_by_their_instants(rows: list[tuple[datetime, str]]) -> None:
    made = [Reverification(name, AGE, at) for at, name in rows]
    by_place = sorted(made, key=lambda row: row.place)
    assert [row.due_at for row in by_place] == sorted(row.due_at for row in made)
