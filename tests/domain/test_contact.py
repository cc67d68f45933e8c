"""A contact is allowed only if something says so, and every combination has been asked."""

import json
from datetime import timedelta
from itertools import chain, combinations, product

import pytest

from chalicelib.domain.contact import ContactToken, new_token, token_digest
from chalicelib.domain.customer import ConsentState
from chalicelib.domain.gate import PERMITTING, REASON_OF_WORD, REASONS, ContactQuestion, decide
from chalicelib.domain.word import WORDS
from tests.domain.samples import ALL, NOON, POLICY, a_customer

STATUSES = ("active", "restricted", "purged")
CHANNELS = (*ALL, "fax")
AGREED = list(chain.from_iterable(combinations(ALL, size) for size in range(4)))
# Ended before, at and after the question, and one without an end.
ENDS = (NOON - timedelta(seconds=1), NOON, NOON + timedelta(microseconds=1), None)
CONSENTS: list[ConsentState | None] = [
    None,
    *(
        ConsentState(decision, version, "en", agreed, "evt_1", NOON, ends if decision == "given" else None, by_guardian)
        for decision in ("given", "refused", "withdrawn", "expired")
        for version in (1, 2, 3)
        for agreed in AGREED
        for ends in (ENDS if decision == "given" else ENDS[-1:])
        for by_guardian in (True, False)
    ),
]
# The policy of samples.py, said again by hand.
OFFERED = {
    "account_security": {"sms", "call"},
    "order_notice": {"sms", "call"},
    "marketing": {"sms", "call", "app"},
}
STILL_CURRENT = {"order_notice": {1, 2, 3}, "marketing": {2, 3}}


def stated(status: str, purpose: str, channel: str, consent: ConsentState | None, under_14: bool) -> str:
    """Every reason that applies, and then the one that comes first in the house order."""
    bars = {
        f"customer_{status}": status != "active",
        "channel_not_offered": channel not in OFFERED[purpose],
    }
    if purpose == "account_security":
        bars["contract"] = True
    elif consent is None:
        bars["consent_missing"] = True
    else:
        bars["consent_refused"] = consent.decision == "refused"
        bars["consent_withdrawn"] = consent.decision == "withdrawn"
        bars["consent_expired"] = consent.decision == "expired" or consent.valid_until in ENDS[:2]
        bars["consent_outdated"] = consent.notice_version not in STILL_CURRENT[purpose]
        bars["guardian_missing"] = under_14 and not consent.by_guardian
        bars["channel_not_agreed"] = channel not in consent.channels
        bars["consent_given"] = not any(bars.values())
    return next(reason for reason, holds in bars.items() if holds)


@pytest.mark.parametrize(("status", "purpose"), list(product(STATUSES, OFFERED)))
def test_the_decision_is_the_stated_one_for_every_combination(status: str, purpose: str) -> None:
    for channel, consent, under_14 in product(CHANNELS, CONSENTS, (True, False)):
        customer = a_customer(status=status, consents={purpose: consent} if consent else {}, under_14=under_14)
        decision = decide(customer, ContactQuestion(customer.id, purpose, channel), POLICY, NOON)
        expected = stated(status, purpose, channel, consent, under_14)
        assert decision.reason == expected
        assert decision.permitted == (expected in {"contract", "consent_given"})
        rests_on_consent = expected.startswith("consent_") or expected in {"channel_not_agreed", "guardian_missing"}
        assert decision.evidence == (("evt_1",) if rests_on_consent and consent else ())
        assert decision.next_allowed_at is None


def test_consent_to_one_purpose_says_nothing_of_another() -> None:
    consents = {"marketing": ConsentState("given", 3, "en", ALL, "evt_1", NOON)}
    decision = decide(a_customer(consents=consents), ContactQuestion("cus_0123", "order_notice", "sms"), POLICY, NOON)
    assert decision.reason == "consent_missing"


def test_a_purpose_that_the_policy_does_not_have_permits_nothing() -> None:
    consents = {"dropped": ConsentState("given", 1, "en", ALL, "evt_1", NOON)}
    decision = decide(a_customer(consents=consents), ContactQuestion("cus_0123", "dropped", "sms"), POLICY, NOON)
    assert decision.reason == "channel_not_offered"


def test_the_reasons_are_a_closed_list() -> None:
    reached = {stated(*combination) for combination in product(STATUSES, OFFERED, CHANNELS, CONSENTS, (True, False))}
    assert reached == set(REASONS)
    assert set(PERMITTING) < reached


def test_every_word_has_its_reason() -> None:
    assert set(REASON_OF_WORD) == set(WORDS)


def test_a_token_is_kept_only_as_a_digest() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    for token in tokens:
        assert len(token) == len("ct_") + 43
        assert token[3:] not in token_digest(token)
        assert len(token_digest(token)) == 64
    assert len({token_digest(token) for token in tokens}) == 100


def test_a_used_token_says_when_and_asks_the_same() -> None:
    token = ContactToken("d", "cus_0123", "marketing", "sms", "crm", "ann", "v1", (), NOON + timedelta(minutes=5))
    used = token.used(NOON)
    assert (token.used_at, used.used_at) == (None, NOON)
    assert used.question == token.question == ContactQuestion("cus_0123", "marketing", "sms")


def test_a_token_s_repr_does_not_show_it() -> None:
    token = new_token()
    assert token[3:] not in repr({"contact_token": token})
    assert json.dumps(token) == f'"{token}"'
