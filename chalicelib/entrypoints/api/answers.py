"""What answers say. No number is in any of them but RevealAnswer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, RootModel

# RFC 3339 in UTC, with Z.
Instant = Annotated[
    datetime,
    PlainSerializer(lambda at: at.isoformat().replace("+00:00", "Z"), return_type=str),
    Field(json_schema_extra={"format": "date-time"}),
]


class Answer(BaseModel):
    """An answer's body."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class VerificationAnswer(Answer):
    """A verification as its client sees it."""

    verification_id: str
    purpose: str
    status: str
    phone_number_masked: str
    expires_at: Instant
    resend_at: Instant | None
    sends_remaining: int
    attempts_remaining: int
    delivery: str
    verified_at: Instant | None


class CustomerAnswer(Answer):
    """A customer; the number as a mask."""

    customer_id: str
    status: str
    phone_number_masked: str | None
    verified_at: Instant
    purge_at: Instant | None


class PurposeAnswer(Answer):
    """One purpose of the catalogue, in one locale."""

    purpose: str
    basis: str
    essential: bool
    channels: list[str]
    title: str
    summary: str
    notice_version: int
    locale: str


class PurposesAnswer(Answer):
    """The catalogue."""

    purposes: list[PurposeAnswer]


class NoticeAnswer(Answer):
    """The exact text of a notice."""

    purpose: str
    version: int
    locale: str
    title: str
    summary: str
    material: bool
    text: str
    sha256: str


class ConsentAnswer(Answer):
    """The latest state of a customer's consent to a purpose."""

    record_id: str
    purpose: str
    status: str
    event_id: str
    event_time: Instant
    notice_version: int
    locale: str
    channels: list[str]


class ConsentsAnswer(Answer):
    """All consents of a customer."""

    consents: list[ConsentAnswer]


class ConsentEventAnswer(Answer):
    """One event of the ledger."""

    event_id: str
    record_id: str
    event_type: str
    event_time: Instant
    purpose: str
    channels: list[str]
    notice_version: int
    notice_sha256: str
    locale: str
    surface: str
    actor_role: str
    actor_client: str


class HistoryAnswer(Answer):
    """Every event of one purpose, oldest first."""

    events: list[ConsentEventAnswer]


class DecisionAnswer(Answer):
    """May contact be made now?"""

    decision: str
    reason: str
    evidence: list[str]
    next_allowed_at: Instant | None
    contact_token: Annotated[str | None, Field(repr=False)]
    expires_at: Instant | None


class MessageAnswer(Answer):
    """A message that was handed to the carrier, or may have been."""

    message_id: str
    status: str


class RevealAnswer(Answer):
    """A number in clear."""

    phone_number: Annotated[str, Field(repr=False)]


class PurgeRunAnswer(Answer):
    """The report of one purge run."""

    run_id: str
    started_at: Instant
    finished_at: Instant
    duration_seconds: float
    complete: bool
    erased: Mapping[str, int]
    failures: Mapping[str, int]
    oldest_lateness_seconds: int


class PurgeRunsAnswer(Answer):
    """The latest purge runs, newest first."""

    purge_runs: list[PurgeRunAnswer]


class HealthAnswer(Answer):
    """The process answers."""

    status: str


class OpenApiAnswer(RootModel[dict[str, Any]]):
    """An OpenAPI document."""


class FieldProblem(Answer):
    """One member that cannot be accepted."""

    pointer: str
    detail: str


class ProblemAnswer(Answer):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldProblem] | None = None
    attempts_remaining: int | None = None
    resend_at: Instant | None = None
