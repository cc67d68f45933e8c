"""What answers say. No number is in any of them; what is said of contacts stands in contact_answers.py.

Dictionaries with a shape, which cost a start nothing; OpenAPI is made from the same shapes.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NotRequired

# pydantic, which makes OpenAPI of them, reads typing's own only from Python 3.12 on.
from typing_extensions import TypedDict

from chalicelib.entrypoints.api.life_answers import HoldAnswer


def as_json(answer: Mapping[str, object]) -> str:
    """The answer as JSON; its instants are RFC 3339 in UTC and end in Z."""
    return _encode(answer)


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_instant).encode


class VerificationAnswer(TypedDict):
    """A verification as its client sees it."""

    verification_id: str
    purpose: str
    status: str
    phone_number_masked: str
    expires_at: datetime
    resend_at: datetime | None
    sends_remaining: int
    attempts_remaining: int
    delivery: str
    delivery_reason: str | None
    verified_at: datetime | None


class CustomerAnswer(TypedDict):
    """A customer; the number as a mask."""

    customer_id: str
    status: str
    phone_number_masked: str | None
    verified_at: datetime | None
    locale: str
    under_14: bool
    time_zone: str | None
    pending_until: datetime | None
    purge_at: datetime | None
    holds: list[HoldAnswer]


class ReverificationAnswer(TypedDict):
    """A customer whose number is to be proved again."""

    customer_id: str
    reason: str
    due_at: datetime


class ReverificationsAnswer(TypedDict):
    """A page of them."""

    reverifications: list[ReverificationAnswer]
    next_cursor: str | None


class PurposeAnswer(TypedDict):
    """One purpose of the catalogue, in one locale."""

    purpose: str
    basis: str
    essential: bool
    channels: list[str]
    title: str
    summary: str
    notice_version: int
    locale: str


class PurposesAnswer(TypedDict):
    """The catalogue."""

    purposes: list[PurposeAnswer]


class NoticeAnswer(TypedDict):
    """The exact text of a notice."""

    purpose: str
    version: int
    locale: str
    title: str
    summary: str
    material: bool
    text: str
    sha256: str


class ConsentAnswer(TypedDict):
    """The latest state of a customer's consent to a purpose."""

    record_id: str
    purpose: str
    status: str
    event_id: str
    event_time: datetime
    notice_version: int
    locale: str
    channels: list[str]
    valid_until: datetime | None


class ConsentsAnswer(TypedDict):
    """All consents of a customer."""

    consents: list[ConsentAnswer]


class PromptAnswer(TypedDict):
    """One purpose that may be asked now, or is only explained, with the notice to show."""

    purpose: str
    reason: str
    guardian_required: bool
    channels: list[str]
    most_per_month: int | None
    valid_days: int | None
    notice: NoticeAnswer


class WaitingAnswer(TypedDict):
    """One purpose that may not be asked now."""

    purpose: str
    reason: str
    next_at: datetime | None


class PromptsAnswer(TypedDict):
    """What a customer may be asked now, what is only to be explained, and what is not to be asked."""

    ask: list[PromptAnswer]
    explain: list[PromptAnswer]
    wait: list[WaitingAnswer]


class GuardianAnswer(TypedDict):
    """Who spoke for a child."""

    verification_id: str
    phone_number_masked: str
    verified_at: datetime


class ConsentEventAnswer(TypedDict):
    """One event of the ledger."""

    event_id: str
    record_id: str
    event_type: str
    event_time: datetime
    purpose: str
    channels: list[str]
    notice_version: int
    notice_sha256: str
    locale: str
    surface: str
    actor_role: str
    actor_client: str
    actor: str
    method: str
    most_per_month: int | None
    valid_until: datetime | None
    guardian: GuardianAnswer | None


class HistoryAnswer(TypedDict):
    """Every event of one purpose, oldest first."""

    events: list[ConsentEventAnswer]


ReceiptAnswer = TypedDict(
    "ReceiptAnswer",
    {
        "@context": dict[str, Any],
        "@type": str,
        "schema_version": str,
        "receipt_id": str,
        "records": list[dict[str, Any]],
    },
)
ReceiptAnswer.__doc__ = "ISO/IEC TS 27560; docs/schemas/consent-receipt.schema.json says all that is in it."


class PurgeRunAnswer(TypedDict):
    """The report of one purge run."""

    run_id: str
    started_at: datetime
    finished_at: datetime | None
    duration_seconds: float | None
    complete: bool
    shards_left: int
    erased: Mapping[str, int]
    ended: Mapping[str, int]
    failures: Mapping[str, int]
    oldest_lateness_seconds: int
    capacity_units: float
    sequence: int | None
    previous: str | None
    signature: str | None


class PurgeRunsAnswer(TypedDict):
    """The latest purge runs, newest first."""

    purge_runs: list[PurgeRunAnswer]


class PurgePreviewAnswer(TypedDict):
    """What is due now: counts by kind of record and reason."""

    at: datetime
    due: Mapping[str, Mapping[str, int]]
    oldest_due_at: datetime | None
    complete: bool


class HealthAnswer(TypedDict):
    """The process answers."""

    status: str


class KeysAnswer(TypedDict):
    """A JWK Set. Source: RFC 7517 5."""

    keys: list[Mapping[str, str]]


class OpenApiAnswer(TypedDict):
    """An OpenAPI document."""

    openapi: str
    info: dict[str, Any]
    servers: list[dict[str, str]]
    paths: dict[str, Any]
    components: dict[str, Any]


class FieldProblem(TypedDict):
    """One member that cannot be accepted."""

    pointer: str
    detail: str


class ProblemAnswer(TypedDict):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: NotRequired[list[FieldProblem]]
    attempts_remaining: NotRequired[int]
    resend_at: NotRequired[datetime]
    approval_id: NotRequired[str]
    expires_at: NotRequired[datetime]
    paused_until: NotRequired[datetime]
    holds: NotRequired[list[HoldAnswer]]
