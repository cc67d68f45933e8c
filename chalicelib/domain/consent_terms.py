"""The words in which consent records speak to other systems: JSON-LD over the Data Privacy Vocabulary (DPV).

ISO/IEC TS 27560 names the fields and has no namespace; each maps to the property that the W3C DPV guide names for it.
What neither of them has stands under `ringfence:`.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.controller_rules import EUROPEAN_UNION


def _term(name: str) -> dict[str, str]:
    """The property of this name, whose values are terms too."""
    return {"@id": name, "@type": "@id"}


CONTEXT: Mapping[str, Any] = {
    "@vocab": "urn:ringfence:iso-27560:",
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "loc": "https://w3id.org/dpv/loc#",
    "pd": "https://w3id.org/dpv/pd#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "ringfence": "urn:ringfence:term:",
    "schema_version": _term("dct:conformsTo"),
    "record_id": "dct:identifier",
    "receipt_id": "dct:identifier",
    "pii_principal_id": "dpv:hasDataSubject",
    "pii_processing": "dpv:hasProcess",
    "privacy_notice": _term("dpv:hasNotice"),
    "language": "dct:language",
    "purpose_type": _term("dpv:hasPurpose"),
    "lawful_basis": _term("dpv:hasLegalBasis"),
    "pii_information": "dpv:hasPersonalData",
    "pii_type": "@type",
    "pii_controllers": "dpv:hasDataController",
    "collection_method": _term("dpv:hasDataSource"),
    "processing_method": _term("dpv:hasProcessing"),
    "storage_locations": _term("dpv:hasLocation"),
    "retention_period": "dpv:hasStorageCondition",
    "jurisdiction": _term("dpv:hasJurisdiction"),
    "recipient_third_parties": "dpv:hasRecipient",
    "withdrawal_method": _term("dpv:hasConsentControl"),
    "privacy_rights": _term("dpv:hasRight"),
    "party_identification": "dpv:hasEntity",
    "party_id": "dpv:hasIdentifier",
    "party_name": "dpv:hasName",
    "party_address": "dpv:hasAddress",
    "party_contact": "dpv:hasContact",
    "party_role": "@type",
    "party_type": "@type",
    "event_time": "dpv:isIndicatedAtTime",
    "validity_duration": "dpv:hasDuration",
    "entity_id": "dpv:isIndicatedBy",
    "event_type": _term("dpv:hasLegalBasis"),
    "event_state": _term("dpv:hasConsentStatus"),
}
PHONE_NUMBER = "pd:TelephoneNumber"
# Each purpose has a switch of its own. Whether the screen spoke of nothing else, only the screen knows: so not
# dpv:ExplicitlyExpressedConsent.
CONSENT_TYPE = "dpv:ExpressedConsent"
STATES = {
    "given": "dpv:ConsentGiven",
    "refused": "dpv:ConsentRefused",
    "withdrawn": "dpv:ConsentWithdrawn",
    "expired": "dpv:ConsentExpired",
}
RENEWED = "dpv:RenewedConsentGiven"
# The clause by which consent is a basis, by jurisdiction. DPV has no terms for PIPL.
CLAUSES = {EUROPEAN_UNION: "eu-gdpr:A6-1-a", "CN": "ringfence:PIPL-A13-1-1"}
ANY_CONSENT = "dpv:Consent"


def state(event_type: str, before: str | None) -> str:
    """DPV's status for an event.

    Args:
        before: the type of the event before it in the same record; None if it is the first.
    """
    # What was given, or has run out, is renewed. What was refused or withdrawn is given anew.
    return RENEWED if event_type == "given" and before in ("given", "expired") else STATES[event_type]


def lawful_basis(jurisdictions: tuple[str, ...]) -> list[str]:
    """The clauses by which consent is a basis there."""
    return [CLAUSES[place] for place in jurisdictions if place in CLAUSES] or [ANY_CONSENT]
