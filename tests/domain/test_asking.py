"""Nobody is asked what they have answered, and nobody is asked again soon after a no."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.asking import ASKABLE, Prompt, prompts
from chalicelib.domain.customer import ConsentState
from chalicelib.domain.errors import CustomerPurged, CustomerRestricted
from chalicelib.domain.gate import ContactQuestion, decide
from tests.domain.samples import ADVERTISING, ALL, LOCALES, NOON, POLICY, a_customer

COOL_DOWN = timedelta(days=180)
STATES = st.builds(
    ConsentState,
    decision=st.sampled_from(("given", "refused", "withdrawn", "expired")),
    notice_version=st.integers(1, 3),
    locale=st.sampled_from(LOCALES),
    channels=st.just(ALL),
    event_id=st.just("evt_1"),
    event_time=st.datetimes(NOON.replace(tzinfo=None, year=2025), NOON.replace(tzinfo=None)).map(
        lambda it: it.replace(tzinfo=NOON.tzinfo)
    ),
    valid_until=st.none() | st.sampled_from((NOON - timedelta(days=1), NOON, NOON + timedelta(days=1))),
    by_guardian=st.booleans(),
)


def marketing(state: ConsentState | None, at: datetime = NOON, **changes: bool) -> Prompt:
    customer = a_customer(consents={"marketing": state} if state else {}, **changes)
    found = {prompt.purpose: prompt for prompt in prompts(customer, POLICY, at)}
    return found["marketing"]


def test_every_purpose_is_named_and_what_rests_on_the_contract_is_never_asked() -> None:
    found = prompts(a_customer(), POLICY, NOON)
    assert [(prompt.purpose, prompt.reason, prompt.may_be_asked) for prompt in found] == [
        ("account_security", "essential", False),
        ("order_notice", "never_asked", True),
        ("marketing", "never_asked", True),
    ]


@pytest.mark.parametrize("decision", ["refused", "withdrawn"])
@pytest.mark.parametrize("version", [1, 3])
def test_a_no_is_respected_for_the_whole_cool_down_whatever_the_notice(decision: str, version: int) -> None:
    state = ConsentState(decision, version, "en", (), "evt_1", NOON)
    last = NOON + COOL_DOWN - timedelta(microseconds=1)
    assert marketing(state, last) == Prompt("marketing", "cooling_down", NOON + COOL_DOWN)
    assert marketing(state, NOON + COOL_DOWN) == Prompt("marketing", "asked_long_ago")


def test_a_number_that_was_stopped_is_not_asked_for_advertising_before_the_cool_down_is_over() -> None:
    state, stopped = ConsentState("given", 3, "en", ALL, "evt_1", NOON), NOON + timedelta(days=1)
    customer = a_customer(consents={"marketing": state}, suppressed_at=stopped)
    found = {at: prompts(customer, ADVERTISING, at)[2] for at in (stopped, stopped + COOL_DOWN)}
    assert found[stopped] == Prompt("marketing", "cooling_down", stopped + COOL_DOWN)
    assert found[stopped + COOL_DOWN] == Prompt("marketing", "asked_long_ago")


def test_what_was_given_is_asked_again_only_when_it_has_ended_or_meant_something_else() -> None:
    given = ConsentState("given", 3, "en", ALL, "evt_1", NOON, NOON + timedelta(days=1))
    assert marketing(given) == Prompt("marketing", "given", given.valid_until)
    assert marketing(given, NOON + timedelta(days=1)) == Prompt("marketing", "consent_expired")
    assert marketing(replace(given, decision="expired", valid_until=None)).reason == "consent_expired"
    # Version 2 was material, version 3 was not.
    assert marketing(replace(given, notice_version=2)).reason == "given"
    assert marketing(replace(given, notice_version=1)).reason == "notice_changed"


def test_what_a_child_gave_alone_is_asked_again_of_a_guardian() -> None:
    given = ConsentState("given", 3, "en", ALL, "evt_1", NOON)
    assert marketing(given, under_14=True).reason == "guardian_missing"
    assert marketing(replace(given, by_guardian=True), under_14=True).reason == "given"


@given(STATES, st.booleans())
def test_a_yes_that_permits_is_not_asked_again_and_what_may_be_asked_permits_nothing(
    state: ConsentState, under_14: bool
) -> None:
    customer = a_customer(consents={"marketing": state}, under_14=under_14)
    decision = decide(customer, ContactQuestion(customer.id, "marketing", "sms"), POLICY, NOON)
    prompt = marketing(state, under_14=under_14)
    assert not (decision.permitted and prompt.may_be_asked)
    assert decision.permitted == (prompt.reason == "given")
    assert prompt.reason in {*ASKABLE, "given", "cooling_down"}


@pytest.mark.parametrize(("status", "refusal"), [("restricted", CustomerRestricted), ("purged", CustomerPurged)])
def test_nobody_is_asked_anything_after_the_contract(status: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        prompts(a_customer(status=status), POLICY, NOON)
