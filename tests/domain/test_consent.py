"""What a customer says is recorded; giving is hard, refusing and withdrawing are easy."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.consent import (
    ConsentChoice,
    ConsentEvent,
    record_id,
    shown_notice,
    state_after,
)
from chalicelib.domain.customer import ConsentState
from chalicelib.domain.errors import (
    CustomerPurged,
    CustomerRestricted,
    FieldInvalid,
    NotFound,
    NoticeMismatch,
    NoticeOutdated,
    PurposeNotSwitchable,
)
from tests.domain.samples import NOON, NOTICES, POLICY, a_customer

DECISIONS = ("given", "refused", "withdrawn")
GIVEN = ConsentChoice("marketing", "given", 3, "en", None, ("sms",), "signup_screen")
WITHDRAWN = replace(GIVEN, decision="withdrawn", channels=())
STATES: list[ConsentState | None] = [
    None,
    *(ConsentState(decision, 1, "en", (), "evt_1", NOON) for decision in DECISIONS),
]


@pytest.mark.parametrize(("decision", "state"), list(product(DECISIONS, STATES)))
def test_every_decision_may_follow_every_other(decision: str, state: ConsentState | None) -> None:
    customer = a_customer(consents={"marketing": state} if state else {})
    choice = replace(GIVEN, decision=decision, channels=("sms",) if decision == "given" else ())
    assert shown_notice(customer, choice, POLICY) == NOTICES["marketing", 3, "en"].sha256


@pytest.mark.parametrize("version", [1, 2])
def test_giving_needs_the_current_notice(version: int) -> None:
    with pytest.raises(NoticeOutdated):
        shown_notice(a_customer(), replace(GIVEN, notice_version=version), POLICY)


@pytest.mark.parametrize(
    ("decision", "version", "status", "locale"),
    list(product(("refused", "withdrawn"), (1, 2, 3), ("active", "restricted"), ("en", "zh-CN"))),
)
def test_an_old_notice_or_a_closed_contract_blocks_no_refusal(
    decision: str, version: int, status: str, locale: str
) -> None:
    choice = replace(WITHDRAWN, decision=decision, notice_version=version, locale=locale)
    shown = shown_notice(a_customer(status=status), choice, POLICY)
    assert shown == NOTICES["marketing", version, locale].sha256


@pytest.mark.parametrize(("status", "refusal"), [("restricted", CustomerRestricted), ("purged", CustomerPurged)])
def test_nothing_is_given_when_the_contract_has_ended(status: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        shown_notice(a_customer(status=status), GIVEN, POLICY)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"notice_version": 4}, "/notice_version"),
        ({"notice_version": 0}, "/notice_version"),
        ({"locale": "fr"}, "/notice_version"),
        ({"channels": ()}, "/channels"),
        ({"channels": ("fax",)}, "/channels"),
        ({"channels": ("sms", "app"), "purpose": "order_notice", "notice_version": 1}, "/channels"),
        ({"decision": "withdrawn"}, "/channels"),
        ({"decision": "refused"}, "/channels"),
    ],
)
def test_what_does_not_fit_names_its_member(change: dict[str, Any], pointer: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        shown_notice(a_customer(), replace(GIVEN, **change), POLICY)
    assert refused.value.pointer == pointer


@pytest.mark.parametrize("decision", ["refused", "withdrawn"])
def test_what_the_policy_has_dropped_since_blocks_no_refusal(decision: str) -> None:
    choice = replace(WITHDRAWN, decision=decision)
    for change in ({"notice_version": 4}, {"notice_version": 0}, {"locale": "fr"}):
        assert shown_notice(a_customer(), replace(choice, **change), POLICY) == ""
    dropped = replace(choice, purpose="dropped")
    held = a_customer(consents={"dropped": STATES[1]})
    assert shown_notice(held, dropped, POLICY) == ""
    with pytest.raises(NotFound):
        shown_notice(a_customer(), dropped, POLICY)
    with pytest.raises(NotFound):
        shown_notice(held, replace(GIVEN, purpose="dropped"), POLICY)


@pytest.mark.parametrize("decision", DECISIONS)
def test_what_rests_on_a_contract_cannot_be_switched(decision: str) -> None:
    choice = replace(GIVEN, purpose="account_security", decision=decision, notice_version=1)
    with pytest.raises(PurposeNotSwitchable):
        shown_notice(a_customer(), choice, POLICY)


def test_other_words_than_the_notice_s_are_refused() -> None:
    for wrong in ("0" * 64, "", NOTICES["marketing", 3, "zh-CN"].sha256, NOTICES["marketing", 2, "en"].sha256):
        with pytest.raises(NoticeMismatch):
            shown_notice(a_customer(), replace(GIVEN, notice_sha256=wrong), POLICY)
    right = replace(GIVEN, notice_sha256=NOTICES["marketing", 3, "en"].sha256)
    assert shown_notice(a_customer(), right, POLICY) == right.notice_sha256


TEXT = st.text(max_size=10)
EVENTS = st.builds(
    ConsentEvent,
    event_id=TEXT,
    record_id=TEXT,
    event_type=st.sampled_from(DECISIONS),
    event_time=TEXT,
    purpose=TEXT,
    channels=st.lists(TEXT, max_size=3).map(tuple),
    notice_version=st.integers(1, 99),
    notice_sha256=TEXT,
    locale=TEXT,
    surface=TEXT,
    actor_role=TEXT,
    actor_client=TEXT,
)


@given(EVENTS, EVENTS)
def test_the_canonical_form_says_exactly_the_event(one: ConsentEvent, other: ConsentEvent) -> None:
    assert ConsentEvent.from_canonical(one.canonical()) == one
    assert (one.canonical() == other.canonical()) == (one == other)


@given(EVENTS)
def test_the_head_says_what_the_event_said(event: ConsentEvent) -> None:
    at = NOON + timedelta(seconds=1)
    assert state_after(event, at) == ConsentState(
        event.event_type, event.notice_version, event.locale, event.channels, event.event_id, at
    )


def test_a_customer_has_one_record_for_a_purpose() -> None:
    pairs = [("cus_0123", "marketing"), ("cus_0123", "order_notice"), ("cus_4567", "marketing")]
    assert len({record_id(*pair) for pair in pairs}) == len(pairs)
