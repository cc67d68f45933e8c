"""What a customer says is recorded; giving is hard, refusing and withdrawing are easy."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.caller import Caller
from chalicelib.domain.consent import (
    METHODS,
    ConsentChoice,
    ConsentEvent,
    GuardianProof,
    expired,
    guardian_proof,
    record_id,
    said,
    shown_notice,
)
from chalicelib.domain.consent_state import state_after
from chalicelib.domain.customer import ConsentState
from chalicelib.domain.errors import (
    CustomerPurged,
    CustomerRestricted,
    FieldInvalid,
    GuardianRequired,
    NotFound,
    NoticeMismatch,
    NoticeOutdated,
    NotPermitted,
    PurposeNotSwitchable,
    VerificationExpired,
    VerificationNotProved,
    VerificationPurposeMismatch,
    VerificationSpent,
)
from tests.domain.samples import NOON, NOTICES, POLICY, PURPOSES, RULES, a_customer, a_verification

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
        for decision in ("refused", "withdrawn"):
            assert shown_notice(a_customer(), replace(WITHDRAWN, decision=decision, notice_sha256=wrong), POLICY) == ""
    right = replace(GIVEN, notice_sha256=NOTICES["marketing", 3, "en"].sha256)
    assert shown_notice(a_customer(), right, POLICY) == right.notice_sha256


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_child_can_say_no_alone_and_not_yes(decision: str) -> None:
    child = a_customer(under_14=True)
    choice = replace(GIVEN, decision=decision, channels=("sms",) if decision == "given" else ())
    if decision == "given":
        with pytest.raises(GuardianRequired):
            shown_notice(child, choice, POLICY)
    shown = shown_notice(child, replace(choice, guardian_verification_id="vrf_1"), POLICY)
    assert shown == NOTICES["marketing", 3, "en"].sha256
    if decision != "given":
        assert shown_notice(child, choice, POLICY) == shown


PROOF = a_verification(
    purpose="guardian", tag="1.guardian", customer_id="cus_0123", status="verified", verified_at=NOON, proved_by=1
)


CHILD = a_customer(under_14=True)


def test_a_guardian_is_named_by_the_number_that_they_proved() -> None:
    assert guardian_proof(PROOF, CHILD, GIVEN, NOON, RULES) == GuardianProof("vrf_0123", PROOF.masked, NOON.isoformat())
    # All that is decided in one sitting.
    last = NOON + timedelta(seconds=RULES.proof_lifetime_seconds) - timedelta(microseconds=1)
    assert guardian_proof(PROOF, CHILD, GIVEN, last, RULES).verification_id == PROOF.id


@pytest.mark.parametrize(
    ("change", "after_seconds", "refusal"),
    [
        ({"purpose": "signup"}, 0, VerificationPurposeMismatch),
        ({"purpose": "step_up"}, 0, VerificationPurposeMismatch),
        ({"customer_id": "cus_of_another"}, 0, NotFound),
        ({"customer_id": None}, 0, NotFound),
        ({"tag": "1.tag"}, 0, FieldInvalid),
        ({"status": "pending", "verified_at": None}, 0, VerificationNotProved),
        ({}, RULES.proof_lifetime_seconds, VerificationExpired),
    ],
)
def test_anything_else_proves_no_guardian(change: dict[str, Any], after_seconds: int, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        guardian_proof(replace(PROOF, **change), CHILD, GIVEN, NOON + timedelta(seconds=after_seconds), RULES)


def test_nobody_is_a_guardian_of_an_adult() -> None:
    with pytest.raises(FieldInvalid) as refused:
        guardian_proof(PROOF, a_customer(), GIVEN, NOON, RULES)
    assert refused.value.pointer == "/guardian_verification_id"


@pytest.mark.parametrize("decision", ["refused", "withdrawn", "given", "expired"])
def test_a_no_ends_the_sitting_for_its_purpose(decision: str) -> None:
    later = NOON + timedelta(minutes=5)
    child = a_customer(under_14=True, consents={"marketing": ConsentState(decision, 3, "en", (), "evt_1", later)})
    at = later + timedelta(minutes=1)
    assert guardian_proof(replace(PROOF, verified_at=at), child, GIVEN, at, RULES).verified_at == at.isoformat()
    # Proved in the very moment of the no counts as before it.
    for proof in (PROOF, replace(PROOF, verified_at=later)):
        if decision in ("refused", "withdrawn"):
            with pytest.raises(VerificationSpent):
                guardian_proof(proof, child, GIVEN, at, RULES)
    for other in (replace(GIVEN, purpose="order_notice"), replace(WITHDRAWN, decision="withdrawn")):
        assert guardian_proof(PROOF, child, other, at, RULES).verification_id == PROOF.id


BY = Caller("wallet-app", "backend", frozenset({"wallet"}), NOON)
LIMITED = replace(PURPOSES["marketing"], most_per_month=4, valid_days=365)
LIMITED_POLICY = replace(POLICY, rules=replace(POLICY.rules, purposes={**POLICY.rules.purposes, "marketing": LIMITED}))


@pytest.mark.parametrize("decision", DECISIONS)
def test_frequency_and_duration_are_part_of_what_is_given_and_of_nothing_else(decision: str) -> None:
    choice = replace(GIVEN, decision=decision, channels=("sms",) if decision == "given" else ())
    event = said("evt_1", a_customer(), choice, LIMITED_POLICY, BY, NOON)
    agreed = (4, (NOON + timedelta(days=365)).isoformat()) if decision == "given" else (None, None)
    assert (event.most_per_month, event.valid_until) == agreed
    assert (event.actor, event.actor_role, event.actor_client) == ("customer", "wallet", "wallet-app")
    unlimited = said("evt_1", a_customer(), choice, POLICY, BY, NOON)
    assert (unlimited.most_per_month, unlimited.valid_until) == (None, None)


def test_the_event_says_who_spoke() -> None:
    proof = guardian_proof(PROOF, CHILD, GIVEN, NOON, RULES)
    assert said("evt_1", a_customer(), GIVEN, POLICY, BY, NOON, proof).actor == "guardian"
    officer = replace(BY, roles=frozenset({"officer"}))
    assert said("evt_1", a_customer(), WITHDRAWN, POLICY, officer, NOON).actor == "officer"
    with pytest.raises(NotPermitted):
        said("evt_1", a_customer(), GIVEN, POLICY, officer, NOON)


@pytest.mark.parametrize(("version", "digest"), [(3, NOTICES["marketing", 3, "en"].sha256), (9, "")])
def test_an_end_is_an_event_of_the_system_about_the_notice_that_was_agreed_to(version: int, digest: str) -> None:
    state = ConsentState("given", version, "en", ("sms",), "evt_1", NOON, NOON)
    event = expired("evt_2", a_customer(consents={"marketing": state}), "marketing", POLICY, NOON)
    assert (event.event_type, event.actor, event.method) == ("expired", "system", "expiry")
    assert (event.notice_version, event.notice_sha256, event.locale) == (version, digest, "en")
    assert (event.channels, event.valid_until) == ((), None)


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
    actor=TEXT,
    method=st.sampled_from(METHODS),
    most_per_month=st.none() | st.integers(1, 99),
    valid_until=st.none() | st.just(NOON.isoformat()),
    guardian=st.none() | st.builds(GuardianProof, TEXT, TEXT, TEXT),
)


@given(EVENTS, EVENTS)
def test_the_canonical_form_says_exactly_the_event(one: ConsentEvent, other: ConsentEvent) -> None:
    assert ConsentEvent.from_canonical(one.canonical()) == one
    assert (one.canonical() == other.canonical()) == (one == other)


@given(EVENTS)
def test_the_head_says_what_the_event_said(event: ConsentEvent) -> None:
    at = NOON + timedelta(seconds=1)
    assert state_after(event, at) == ConsentState(
        event.event_type,
        event.notice_version,
        event.locale,
        event.channels,
        event.event_id,
        at,
        NOON if event.valid_until else None,
        event.actor == "guardian",
        event.most_per_month,
    )


def test_an_event_of_an_older_form_is_read() -> None:
    event = said("evt_1", a_customer(), GIVEN, POLICY, BY, NOON)
    newer = {"actor", "method", "most_per_month", "valid_until", "guardian"}
    older = {name: value for name, value in json.loads(event.canonical()).items() if name not in newer}
    assert ConsentEvent.from_canonical(json.dumps(older).encode()) == event


def test_a_customer_has_one_record_for_a_purpose() -> None:
    pairs = [("cus_0123", "marketing"), ("cus_0123", "order_notice"), ("cus_4567", "marketing")]
    assert len({record_id(*pair) for pair in pairs}) == len(pairs)
