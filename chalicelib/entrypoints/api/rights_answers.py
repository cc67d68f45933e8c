"""What answers say of rights requests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from chalicelib.domain.rights_reasons import EXTENSIONS, REFUSALS, REMEDY, Reason, told

if TYPE_CHECKING:
    from chalicelib.domain.rights import RightsRequest

# Where a customer finds what they asked for, or does it alone; `{id}` is theirs.
WAYS: Mapping[str, tuple[str, ...]] = {
    "access": ("/v1/customers/{id}/export", "/v1/customers/{id}/export-links"),
    "portability": ("/v1/customers/{id}/export", "/v1/customers/{id}/export-links"),
    "correction": tuple(f"/v1/customers/{{id}}/{each}" for each in ("phone-number", "locale", "time-zone", "age")),
    "erasure": ("/v1/customers/{id}",),
    "objection": ("/v1/customers/{id}/consents",),
    "explanation": ("/v1/customers/{id}/access-log",),
}


class RightsReasonAnswer(TypedDict):
    """A reason, its law, and what the customer is told, in their language."""

    code: str
    law: str
    explanation: str


class RightsRequestAnswer(TypedDict):
    """A rights request. `see` says where the customer finds it, or does it alone."""

    request_id: str
    customer_id: str
    kind: str
    status: str
    asked_by: str
    received_at: datetime
    due_at: datetime
    details: str | None
    extended_at: datetime | None
    extension: RightsReasonAnswer | None
    closed_at: datetime | None
    refusal: RightsReasonAnswer | None
    remedy: str | None
    note: str | None
    see: list[str]


class RightsRequestsAnswer(TypedDict):
    """A page of open rights requests, the most urgent of the page first."""

    rights_requests: list[RightsRequestAnswer]
    next_cursor: str | None


def rights_request_answer(request: RightsRequest) -> RightsRequestAnswer:
    """The request as its customer and the officer see it: who of the company closed it is not told."""
    return RightsRequestAnswer(
        request_id=request.id,
        customer_id=request.customer_id,
        kind=request.kind,
        status=request.status,
        asked_by=request.asked_by,
        received_at=request.received_at,
        due_at=request.answer_by,
        details=request.details,
        extended_at=request.extended_at,
        extension=_reason(EXTENSIONS, request.extended_for, request.locale),
        closed_at=request.closed_at,
        refusal=_reason(REFUSALS, request.refused_for, request.locale),
        remedy=told(REMEDY, request.locale) if request.status == "refused" else None,
        note=request.note,
        see=[way.format(id=request.customer_id) for way in WAYS[request.kind]],
    )


def _reason(reasons: Mapping[str, Reason], code: str | None, locale: str) -> RightsReasonAnswer | None:
    if code is None:
        return None
    reason = reasons[code]
    return RightsReasonAnswer(code=code, law=reason.law, explanation=told(reason.sentences, locale))
