"""What an export looks like. `python -m infra.officer verify` reads it, and so may anybody with a JSON parser."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from chalicelib.entrypoints.api.answers import ConsentAnswer
from chalicelib.entrypoints.api.consents import consent_answer
from chalicelib.entrypoints.api.contact_answers import AccessAnswer, LoggedDecisionAnswer
from chalicelib.entrypoints.api.life_answers import CertificateAnswer, HoldAnswer, certificate_answer, hold_answers
from chalicelib.entrypoints.api.rights_answers import RightsRequestAnswer, rights_request_answer
from chalicelib.entrypoints.api.self_service import access_answer, decision_answer

if TYPE_CHECKING:
    from chalicelib.domain.customer import Customer
    from chalicelib.domain.evidence import OpenedLink
    from chalicelib.domain.number_change import NumberChange
    from chalicelib.services.export_customer import Export


class FreshnessAnswer(TypedDict):
    """How sure it is since the last proof that the number is the customer's, and what says so."""

    claimed_at: datetime | None
    claimed_until: datetime | None
    doubt: str | None
    doubted_at: datetime | None
    failed_deliveries: int
    carrier: str | None
    looked_up_at: datetime | None
    reverify_at: datetime | None
    reverify_reason: str | None


class WishAnswer(TypedDict):
    """Who asked, by role, to have the customer erased."""

    asked_by: str
    asked_at: datetime


class HolderAnswer(TypedDict):
    """The customer; the number as a mask."""

    customer_id: str
    status: str
    phone_number_masked: str | None
    region: str | None
    locale: str
    under_14: bool
    time_zone: str | None
    time_zones: list[str]
    suppressed_at: datetime | None
    provenance: str | None
    created_at: datetime
    verified_at: datetime | None
    seen_at: datetime | None
    closed_at: datetime | None
    closed_for: str | None
    erasure_wish: WishAnswer | None
    purge_at: datetime | None
    purged_at: datetime | None


class ConsentStateAnswer(ConsentAnswer):
    """What the customer's head says of a purpose; the last event of the purpose must say the same."""

    by_guardian: bool
    most_per_month: int | None


class LinkAnswer(TypedDict):
    """A link of the chain. SHA-256 over the salt's octets and the payload's UTF-8 is the commitment."""

    sequence: int
    event_id: str
    event_time: datetime
    commitment: str
    previous_hash: str
    hash: str
    salt: str | None
    payload: str | None


class ChainAnswer(TypedDict):
    """The chain of consent events, and where the customer's head says that it ends."""

    sequence: int
    hash: str
    readable: bool
    events: list[LinkAnswer]


class NumberChangeAnswer(TypedDict):
    """A change of number that is not over; the other number as a mask."""

    kind: str
    phone_number_masked: str
    effective: bool
    asked_at: datetime
    until: datetime


class ExportAnswer(TypedDict):
    """Everything that is held about a customer."""

    exported_at: datetime
    customer: HolderAnswer
    consents: list[ConsentStateAnswer]
    ledger: ChainAnswer
    access_log: list[AccessAnswer]
    decisions: list[LoggedDecisionAnswer]
    receipts: list[dict[str, Any]]
    rights_requests: list[RightsRequestAnswer]
    freshness: FreshnessAnswer
    number_change: NumberChangeAnswer | None
    holds: list[HoldAnswer]
    erasure_certificate: CertificateAnswer | None


class ExportLinkAnswer(TypedDict):
    """Where a customer has everything that is held, once."""

    url: str
    expires_at: datetime


def export_answer(export: Export) -> ExportAnswer:
    """The export as it is handed out, by whatever way."""
    customer = export.customer
    said_at = {opened.link.event_id: opened.link.event_time for opened in export.links}
    return ExportAnswer(
        exported_at=export.exported_at,
        customer=_holder(export),
        consents=[
            ConsentStateAnswer(
                **consent_answer(customer.id, purpose, state, state.decision),
                by_guardian=state.by_guardian,
                most_per_month=state.most_per_month,
            )
            for purpose, state in sorted(customer.consents.items())
        ],
        ledger=ChainAnswer(
            sequence=customer.ledger_sequence,
            hash=customer.ledger_hash,
            readable=export.readable,
            events=[_link(opened) for opened in export.links],
        ),
        access_log=[access_answer(entry, said_at) for entry in export.accesses],
        decisions=[decision_answer(entry, said_at, customer.locale) for entry in export.decisions],
        receipts=[json.loads(receipt) for receipt in export.receipts],
        rights_requests=[rights_request_answer(it) for it in export.requests],
        freshness=_freshness(customer),
        number_change=_change(customer.change) if customer.change else None,
        holds=hold_answers(export.holds, bool(customer.cases)),
        erasure_certificate=certificate_answer(export.certificate) if export.certificate else None,
    )


def _holder(export: Export) -> HolderAnswer:
    customer, wish = export.customer, export.customer.wish
    return HolderAnswer(
        customer_id=customer.id,
        status=customer.status,
        phone_number_masked=customer.masked,
        region=customer.region,
        locale=customer.locale,
        under_14=customer.under_14,
        time_zone=customer.own_time_zone,
        time_zones=list(customer.time_zones),
        suppressed_at=customer.suppressed_at,
        provenance=customer.provenance,
        created_at=customer.created_at,
        verified_at=customer.verified_at,
        seen_at=customer.seen_at,
        closed_at=customer.closed_at,
        closed_for=customer.closed_for,
        erasure_wish=WishAnswer(asked_by=wish.asked_by, asked_at=wish.asked_at) if wish else None,
        purge_at=export.purge_at,
        purged_at=customer.purged_at,
    )


def _freshness(customer: Customer) -> FreshnessAnswer:
    return FreshnessAnswer(
        claimed_at=customer.claimed_at,
        claimed_until=customer.claimed_until,
        doubt=customer.doubt,
        doubted_at=customer.doubted_at,
        failed_deliveries=customer.failed_deliveries,
        carrier=customer.carrier,
        looked_up_at=customer.looked_up_at,
        reverify_at=customer.reverify_at,
        reverify_reason=customer.reverify_reason,
    )


def _change(change: NumberChange) -> NumberChangeAnswer:
    return NumberChangeAnswer(
        kind=change.kind,
        phone_number_masked=change.other.masked,
        effective=change.effective,
        asked_at=change.asked_at,
        until=change.until,
    )


def _link(opened: OpenedLink) -> LinkAnswer:
    link = opened.link
    return LinkAnswer(
        sequence=link.sequence,
        event_id=link.event_id,
        event_time=link.event_time,
        commitment=link.commitment,
        previous_hash=link.previous_hash,
        hash=link.hash,
        salt=opened.words.salt.hex() if opened.words else None,
        payload=opened.words.payload.decode() if opened.words else None,
    )
