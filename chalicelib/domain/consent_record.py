"""Consent records and receipts: ISO/IEC TS 27560:2023, made on demand of the events and the notice that was shown.

Nothing in them depends on when they are made: the same events give the same bytes under the same policy,
as long as nothing else is noted of the customer's age.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from chalicelib.domain.consent import ConsentEvent
from chalicelib.domain.consent_terms import (
    CONSENT_TYPE,
    CONTEXT,
    PHONE_NUMBER,
    lawful_basis,
    state,
)
from chalicelib.domain.controller_rules import ANY_PURPOSE, CONTROLLER_ID
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.policy import Policy

RECORD_SCHEMA = "urn:ringfence:schema:consent-record:1"
RECEIPT_SCHEMA = "urn:ringfence:schema:consent-receipt:1"
# `typ` of a signed receipt.
RECEIPT_TYPE = "ringfence-receipt+jws"
# What was said, and the link of the ledger that holds it.
Chained = tuple[ConsentEvent, LedgerEvent]


def consent_record(events: Sequence[Chained], policy: Policy, *, under_14: bool) -> dict[str, Any]:
    """The record of one customer and one purpose: what the number is used for, by whom, and every event so far.

    Args:
        events: of that purpose, oldest first; at least one.
        under_14: what belongs to a child is sensitive. Source: PIPL 28.

    Source: ISO/IEC TS 27560, record; W3C DPV guide consent-27560.
    """
    latest, link = events[-1]
    before = [None, *(event.event_type for event, _ in events)]
    return {
        "@type": "dpv:ConsentRecord",
        "schema_version": RECORD_SCHEMA,
        "record_id": latest.record_id,
        "pii_principal_id": link.customer_id,
        "pii_processing": _processing(latest, policy, under_14),
        "party_identification": _parties(policy),
        "events": [
            _event(event, link, state(event.event_type, last))
            for (event, link), last in zip(events, before, strict=False)
        ],
    }


def consent_receipt(record: dict[str, Any]) -> bytes:
    """The receipt for a record, as JSON in UTF-8. Its id is the SHA-256 of the record as it stands here.

    Source: ISO/IEC TS 27560, receipt.
    """
    digest = hashlib.sha256(_json(record)).hexdigest()
    return _json(
        {
            "@context": CONTEXT,
            "@type": "dpv:ConsentReceipt",
            "schema_version": RECEIPT_SCHEMA,
            "receipt_id": f"rcp_{digest}",
            "records": [record],
        }
    )


def _processing(latest: ConsentEvent, policy: Policy, under_14: bool) -> dict[str, Any]:
    rules = policy.rules
    # A refusal outlives the purpose and the notice that it was about.
    purpose = rules.purposes.get(latest.purpose)
    notice = policy.notice(latest.purpose, latest.notice_version, latest.locale)
    return {
        "privacy_notice": f"urn:ringfence:notice:{latest.purpose}:{latest.notice_version}:{latest.locale}",
        "ringfence:notice_sha256": latest.notice_sha256 or None,
        "language": latest.locale,
        "purpose": notice.title if notice else latest.purpose,
        "ringfence:summary": notice.summary if notice else None,
        "purpose_type": purpose.dpv if purpose else ANY_PURPOSE,
        "ringfence:purpose": latest.purpose,
        "lawful_basis": lawful_basis(rules.processing.jurisdictions),
        "pii_information": [
            {
                "pii_type": PHONE_NUMBER,
                "pii_optional": False,
                "sensitive_pii_category": under_14,
                "special_pii_category": False,
            }
        ],
        "pii_controllers": [CONTROLLER_ID],
        "collection_method": "dpv:DataSubjectDataSource",
        "processing_method": ["dpv:Store", "dpv:Use", "dpv:Erase"],
        "storage_locations": [f"loc:{place}" for place in rules.processing.storage_locations],
        "retention_period": [
            _retention(
                PHONE_NUMBER, "end of the last contract or consent that needs it", rules.retention.lapsed_basis_days
            ),
            _retention("ringfence:ConsentEvent", "erasure of the phone number", rules.retention.ledger_days),
        ],
        "jurisdiction": [f"loc:{place}" for place in rules.processing.jurisdictions],
        "recipient_third_parties": list(rules.processing.recipients),
        "withdrawal_method": rules.processing.preferences_url,
        "privacy_rights": rules.processing.preferences_url,
    }


def _retention(of: str, until: str, then_days: int) -> dict[str, str]:
    """Kept until something has ended, and then erased after so many days."""
    return {
        "ringfence:of": of,
        "@type": "dpv:UntilEventDuration",
        "rdf:value": until,
        "ringfence:erased_after": f"P{then_days}D",
    }


def _parties(policy: Policy) -> list[dict[str, str]]:
    controller, recipients = policy.rules.controller, policy.rules.processing.recipients
    parties = [_party(CONTROLLER_ID, controller.legal_name, controller.address, controller.email, "dpv:DataController")]
    return parties + [
        _party(name, it.name, it.address, it.contact, "dpv:DataProcessor") for name, it in recipients.items()
    ]


def _party(party_id: str, name: str, address: str, contact: str, role: str) -> dict[str, str]:
    return {
        "party_id": party_id,
        "party_name": name,
        "party_address": address,
        "party_contact": contact,
        "party_role": role,
        "party_type": "dpv:Organisation",
    }


def _event(event: ConsentEvent, link: LedgerEvent, event_state: str) -> dict[str, Any]:
    guardian = event.guardian
    return {
        "event_time": _z(event.event_time),
        "validity_duration": _validity(event),
        "entity_id": _who(event, link.customer_id),
        "event_type": CONSENT_TYPE,
        "event_state": event_state,
        "ringfence:event_id": event.event_id,
        "ringfence:actor": event.actor,
        "ringfence:guardian": guardian
        and {
            "verification_id": guardian.verification_id,
            "phone_number_masked": guardian.phone_number_masked,
            "verified_at": _z(guardian.verified_at),
        },
        **({"ringfence:origin": asdict(event.origin) | {"said_at": _z(event.origin.said_at)}} if event.origin else {}),
        "ringfence:method": event.method,
        "ringfence:surface": event.surface,
        "ringfence:channels": list(event.channels),
        "ringfence:most_per_month": event.most_per_month,
        "ringfence:valid_until": event.valid_until and _z(event.valid_until),
        "ringfence:notice_version": event.notice_version,
        "ringfence:notice_sha256": event.notice_sha256 or None,
        "ringfence:locale": event.locale,
        "ringfence:sequence": link.sequence,
        "ringfence:previous_hash": link.previous_hash,
        "ringfence:hash": link.hash,
    }


def _who(event: ConsentEvent, customer_id: str) -> str:
    """The party whose word it was. A guardian is known by the proof of their number, and by nothing else."""
    if event.actor == "customer":
        return customer_id
    return event.guardian.verification_id if event.guardian else CONTROLLER_ID


def _validity(event: ConsentEvent) -> dict[str, str]:
    if event.event_type != "given":
        return {"@type": "dpv:TemporalDuration", "rdf:value": "PT0S"}
    if event.valid_until is None:
        return {"@type": "dpv:UntilEventDuration", "rdf:value": "withdrawn"}
    said_at = event.origin.said_at if event.origin else event.event_time
    held = datetime.fromisoformat(event.valid_until) - datetime.fromisoformat(said_at)
    return {"@type": "dpv:TemporalDuration", "rdf:value": f"P{held.days}D"}


def _z(instant: str) -> str:
    return instant.replace("+00:00", "Z")


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
