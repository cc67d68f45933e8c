"""Failures in a row put a number in doubt; one SMS counts once, and only for the number that it went to."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.contact import Message
from chalicelib.domain.customer import Customer
from chalicelib.domain.freshness import DELIVERY_FAILURES, OPT_OUT
from chalicelib.domain.life_rules import Freshness
from chalicelib.domain.outcome import OF_THE_NUMBER, heard, tells
from chalicelib.domain.receipt import REASONS
from chalicelib.domain.verification import Send, Verification
from tests.domain.samples import NOON, a_customer, a_verification

RULES = Freshness(365, 3, 0)
LATER = NOON + timedelta(hours=1)
SENT = Message(
    *("msg_1", "app", "cus_0123", "marketing", "offer", 1, 2, LATER, LATER, "accepted", "sns", "m"), key_id="number_1"
)
CODE = a_verification(pending_number=None, customer_id="cus_0123", sends=(Send(LATER, "accepted"),))


def told(customer: Customer, delivery: str, reason: str | None = None, message: Message = SENT) -> Customer:
    return heard(customer, message, replace(message, delivery=delivery, reason=reason), LATER, RULES)


def code_told(verification: Verification, delivery: str, reason: str | None = None) -> Verification:
    (send,) = verification.sends
    return replace(verification, sends=(replace(send, delivery=delivery, reason=reason),))


def test_three_failures_in_a_row_are_a_doubt() -> None:
    customer = a_customer()
    for count in (1, 2):
        customer = told(customer, "failed", "unreachable")
        assert (customer.failed_deliveries, customer.doubt) == (count, None)
    customer = told(customer, "failed", "expired")
    assert (customer.doubt, customer.doubted_at) == (DELIVERY_FAILURES, LATER)
    # What is in doubt is counted no further: each count would be a write.
    assert told(customer, "failed", "expired") is customer


def test_one_that_arrives_ends_the_row() -> None:
    customer = told(a_customer(failed_deliveries=2), "delivered", "by_carrier")
    assert (customer.failed_deliveries, customer.doubt) == (0, None)
    assert told(customer, "delivered") is customer


def test_nothing_is_counted_where_the_policy_says_never() -> None:
    after = replace(SENT, delivery="failed", reason="unreachable")
    customer = a_customer()
    assert heard(customer, SENT, after, LATER, Freshness(365, 0, 0)) is customer


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_only_what_speaks_of_the_phone_is_counted(reason: str) -> None:
    customer = told(a_customer(), "failed", reason)
    assert customer.failed_deliveries == (reason in OF_THE_NUMBER)
    assert set(REASONS) >= OF_THE_NUMBER


def test_an_owner_who_wants_nothing_from_us_is_a_doubt_at_once() -> None:
    assert told(a_customer(), "opted_out", "opted_out").doubt == OPT_OUT


def test_a_code_counts_like_a_message_if_it_went_to_the_same_number() -> None:
    after = code_told(CODE, "failed", "unreachable")
    assert heard(a_customer(), CODE, after, LATER, RULES).failed_deliveries == 1
    other = replace(CODE, tag="1.other")
    assert heard(a_customer(), other, replace(after, tag="1.other"), LATER, RULES) == a_customer()


@pytest.mark.parametrize("key_id", ["number_0", None])
def test_what_went_to_another_number_says_nothing_of_this_one(key_id: str | None) -> None:
    assert told(a_customer(), "opted_out", message=replace(SENT, key_id=key_id)) == a_customer()
    lost = replace(a_customer().having(None), status="unreachable")
    assert told(lost, "opted_out", message=replace(SENT, key_id=key_id)) is lost


def test_what_was_sent_before_the_number_was_proved_says_nothing() -> None:
    proved = a_customer(verified_at=LATER + timedelta(seconds=1))
    assert told(proved, "failed", "unreachable") is proved
    assert told(a_customer(verified_at=None, status="imported"), "failed", "unreachable").failed_deliveries == 1


@given(st.lists(st.sampled_from(["accepted", "failed", "delivered", "opted_out"]), max_size=5))
def test_the_same_outcome_again_is_no_news(outcomes: list[str]) -> None:
    customer, known = a_customer(), SENT
    for delivery in outcomes:
        after = replace(known, delivery=delivery, reason="unreachable")
        customer, known = heard(customer, known, after, LATER, RULES), after
        assert not tells(known, known)
        assert heard(customer, known, known, LATER, RULES) is customer
    assert customer.failed_deliveries <= outcomes.count("failed")


def test_most_news_tells_nothing_and_costs_no_read() -> None:
    assert not tells(CODE, code_told(CODE, "unknown"))
    assert not tells(code_told(CODE, "intended"), CODE)
    assert tells(CODE, code_told(CODE, "delivered"))
    nobody_s = replace(CODE, customer_id=None)
    assert not tells(nobody_s, code_told(nobody_s, "failed", "unreachable"))
