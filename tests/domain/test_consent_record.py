"""A record says every event in the words of ISO/IEC TS 27560 and DPV, and a receipt hands it out unchanged."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.consent import METHODS, ConsentEvent
from chalicelib.domain.consent_record import consent_receipt, consent_record
from chalicelib.domain.controller_rules import PURPOSE_TERMS
from chalicelib.domain.ledger import GENESIS
from chalicelib.domain.policy import Policy
from tests.consent_receipts import require_receipt
from tests.domain.consent_samples import CUSTOMER_ID, EVENT, PROOF, chained, record_of
from tests.domain.samples import LOCALES, NOON, POLICY, PROCESSING, PURPOSES


def with_rules(**changes: Any) -> Policy:
    return replace(POLICY, rules=replace(POLICY.rules, **changes))


def states(*types: str) -> list[str]:
    record = record_of(*(replace(EVENT, event_type=each) for each in types))
    return [event["event_state"].removeprefix("dpv:") for event in record["events"]]


def test_each_event_has_its_state() -> None:
    assert states("given", "withdrawn", "refused") == ["ConsentGiven", "ConsentWithdrawn", "ConsentRefused"]
    assert states("given", "expired") == ["ConsentGiven", "ConsentExpired"]


def test_what_was_given_or_ran_out_is_renewed() -> None:
    assert states("given", "given", "given")[1:] == ["RenewedConsentGiven"] * 2
    assert states("given", "expired", "given")[-1] == "RenewedConsentGiven"


@pytest.mark.parametrize("before", ["refused", "withdrawn"])
def test_what_was_refused_is_given_anew(before: str) -> None:
    assert states("given", before, "given")[-1] == "ConsentGiven"
    assert states(before, "given")[-1] == "ConsentGiven"


def test_the_record_names_every_mandatory_field() -> None:
    record = record_of(EVENT)
    # Of ISO/IEC TS 27560, as the W3C DPV guide lists them.
    assert {"schema_version", "record_id", "pii_principal_id"} < set(record)
    assert {
        "privacy_notice",
        "language",
        "purpose",
        "pii_information",
        "pii_controllers",
        "storage_locations",
        "retention_period",
        "jurisdiction",
        "recipient_third_parties",
        "withdrawal_method",
    } < set(record["pii_processing"])
    party = {"party_id", "party_address", "party_name", "party_contact", "party_type"}
    assert all(party < set(each) for each in record["party_identification"])
    (event,) = record["events"]
    assert {"event_time", "validity_duration", "entity_id", "event_type", "event_state"} < set(event)


def test_the_processing_is_the_policy_s() -> None:
    record = record_of(EVENT)
    said = record["pii_processing"]
    assert said["purpose"] == "Title"
    assert said["purpose_type"] == "dpv:Purpose"
    assert said["privacy_notice"] == "urn:ringfence:notice:marketing:3:en"
    assert said["ringfence:notice_sha256"] == EVENT.notice_sha256
    assert said["lawful_basis"] == ["eu-gdpr:A6-1-a", "ringfence:PIPL-A13-1-1"]
    assert (said["storage_locations"], said["jurisdiction"]) == (["loc:IE"], ["loc:EU", "loc:CN"])
    assert [period["ringfence:erased_after"] for period in said["retention_period"]] == ["P30D", "P1095D"]
    assert said["withdrawal_method"] == said["privacy_rights"] == PROCESSING.preferences_url
    controller, cloud = record["party_identification"]
    assert (controller["party_name"], controller["party_contact"]) == ("Example Wallet Ltd.", "privacy@wallet.example")
    assert (controller["party_role"], cloud["party_role"]) == ("dpv:DataController", "dpv:DataProcessor")
    assert said["recipient_third_parties"] == [cloud["party_id"]] == ["cloud"]


@pytest.mark.parametrize(
    ("places", "basis"),
    [
        (("EU",), ["eu-gdpr:A6-1-a"]),
        (("CN",), ["ringfence:PIPL-A13-1-1"]),
        (("US",), ["dpv:Consent"]),
        (("US", "CN"), ["ringfence:PIPL-A13-1-1"]),
    ],
)
def test_the_basis_is_that_of_the_law_that_applies(places: tuple[str, ...], basis: list[str]) -> None:
    policy = with_rules(processing=replace(PROCESSING, jurisdictions=places))
    assert record_of(EVENT, policy=policy)["pii_processing"]["lawful_basis"] == basis


@pytest.mark.parametrize("term", PURPOSE_TERMS)
def test_the_purpose_has_the_policy_s_term(term: str) -> None:
    policy = with_rules(purposes={**PURPOSES, "marketing": replace(PURPOSES["marketing"], dpv=term)})
    assert record_of(EVENT, policy=policy)["pii_processing"]["purpose_type"] == term


def test_a_child_s_number_is_sensitive() -> None:
    for under_14 in (True, False):
        (pii,) = record_of(EVENT, under_14=under_14)["pii_processing"]["pii_information"]
        assert pii["sensitive_pii_category"] is under_14


def test_a_consent_says_how_long_it_holds() -> None:
    ends = replace(EVENT, valid_until=(NOON + timedelta(days=365)).isoformat(), most_per_month=4)
    durations = {
        "P365D": ends,
        "withdrawn": EVENT,
        "PT0S": replace(EVENT, event_type="refused", channels=()),
    }
    for duration, event in durations.items():
        (said,) = record_of(event)["events"]
        assert said["validity_duration"]["rdf:value"] == duration
    (said,) = record_of(ends)["events"]
    assert (said["ringfence:valid_until"], said["ringfence:most_per_month"]) == ("2027-11-21T12:00:00Z", 4)


def test_who_spoke_is_named() -> None:
    spoke = {
        CUSTOMER_ID: EVENT,
        "vrf_0123": replace(EVENT, actor="guardian", guardian=PROOF),
        "controller": replace(EVENT, actor="system", method="expiry", event_type="expired", channels=()),
    }
    for entity_id, event in spoke.items():
        (said,) = record_of(event)["events"]
        assert said["entity_id"] == entity_id
        assert said["ringfence:actor"] == event.actor
    (said,) = record_of(spoke["vrf_0123"])["events"]
    assert said["ringfence:guardian"] == {
        "verification_id": "vrf_0123",
        "phone_number_masked": "+44********56",
        "verified_at": "2026-11-21T12:00:00Z",
    }


def test_the_place_in_the_ledger_is_named() -> None:
    events = chained(EVENT, replace(EVENT, event_id="evt_2"))
    said = consent_record(events, POLICY, under_14=False)["events"]
    assert [each["ringfence:sequence"] for each in said] == [1, 2]
    assert [each["ringfence:hash"] for each in said] == [made.hash for _, made in events]
    assert [each["ringfence:previous_hash"] for each in said] == [GENESIS, events[0][1].hash]


def test_the_latest_word_says_which_notice() -> None:
    titled = {key: replace(notice, title=f"{key[1]} {key[2]}") for key, notice in POLICY.notices.items()}
    policy = replace(POLICY, notices=titled)
    first = replace(EVENT, notice_version=1, notice_sha256="01" * 32)
    said = record_of(first, replace(EVENT, locale="zh-CN", notice_version=2), policy=policy)["pii_processing"]
    assert (said["purpose"], said["language"]) == ("2 zh-CN", "zh-CN")
    assert said["privacy_notice"] == "urn:ringfence:notice:marketing:2:zh-CN"
    assert said["ringfence:notice_sha256"] == EVENT.notice_sha256


def test_a_refusal_outlives_its_purpose_and_its_notice() -> None:
    gone = replace(EVENT, event_type="refused", channels=(), purpose="dropped", notice_sha256="", notice_version=9)
    gone = replace(gone, record_id=f"{CUSTOMER_ID}.dropped")
    receipt = require_receipt(consent_receipt(record_of(gone)))
    said = receipt["records"][0]["pii_processing"]
    assert (said["purpose"], said["purpose_type"]) == ("dropped", "dpv:Purpose")
    assert said["ringfence:summary"] is said["ringfence:notice_sha256"] is None


INSTANTS = st.timedeltas(timedelta(0), timedelta(days=4000)).map(lambda since: NOON + since)


@st.composite
def said(draw: st.DrawFn) -> ConsentEvent:
    """An event as the ledger may hold it."""
    kind = draw(st.sampled_from(["given", "refused", "withdrawn", "expired"]))
    at = draw(INSTANTS)
    days = draw(st.none() | st.integers(1, 3650)) if kind == "given" else None
    guardian = draw(st.sampled_from([None, PROOF]))
    person = "guardian" if guardian else draw(st.sampled_from(["customer", "officer"]))
    actor = "system" if kind == "expired" else person
    return replace(
        EVENT,
        event_id=f"evt_{draw(st.integers(0, 2**128)):032x}",
        event_type=kind,
        event_time=at.isoformat(),
        valid_until=(at + timedelta(days=days)).isoformat() if days else None,
        channels=tuple(draw(st.sets(st.sampled_from(["sms", "call", "app"])))) if kind == "given" else (),
        notice_version=draw(st.integers(1, 100_000)),
        notice_sha256=draw(st.sampled_from(["", "0a" * 32])),
        locale=draw(st.sampled_from(LOCALES)),
        surface=draw(st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True)),
        actor=actor,
        method="expiry" if kind == "expired" else draw(st.sampled_from(METHODS)),
        most_per_month=draw(st.none() | st.integers(1, 1000)) if kind == "given" else None,
        guardian=guardian if actor == "guardian" else None,
    )


@given(st.lists(said(), min_size=1, max_size=5), st.booleans())
def test_every_receipt_has_the_schema(events: list[ConsentEvent], under_14: bool) -> None:
    octets = consent_receipt(record_of(*events, under_14=under_14))
    receipt = require_receipt(octets)
    assert [event["ringfence:event_id"] for event in receipt["records"][0]["events"]] == [it.event_id for it in events]
    assert octets == consent_receipt(record_of(*events, under_14=under_14))


def test_another_record_has_another_receipt_id() -> None:
    records = [
        record_of(EVENT),
        record_of(EVENT, EVENT),
        record_of(EVENT, under_14=True),
        record_of(EVENT, policy=with_rules(processing=replace(PROCESSING, recipients={}))),
        record_of(replace(EVENT, channels=("sms",))),
    ]
    assert len({json.loads(consent_receipt(record))["receipt_id"] for record in records}) == len(records)
