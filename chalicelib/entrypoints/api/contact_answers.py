"""What answers say of contacts, and of who looked. The number is in RevealAnswer alone."""

from datetime import datetime

# pydantic, which makes OpenAPI of them, reads typing's own only from Python 3.12 on.
from typing_extensions import TypedDict


class SaidAnswer(TypedDict):
    """What the gate says."""

    decision: str
    reason: str
    explanation: str
    evidence: list[str]
    next_allowed_at: datetime | None


class DecisionAnswer(SaidAnswer):
    """May contact be made now?"""

    contact_token: str | None
    expires_at: datetime | None


class PreviewAnswer(SaidAnswer):
    """May contact be made now with this customer?"""

    customer_id: str


class ContactBatchAnswer(TypedDict):
    """What the gate would say of each customer; `not_found` lists those that there are not."""

    decisions: list[PreviewAnswer]
    not_found: list[str]


class MessageAnswer(TypedDict):
    """A message that was handed to the carrier, or may have been."""

    message_id: str
    status: str
    status_reason: str | None
    parts: int
    price_usd: str
    sent_at: datetime


class RevealAnswer(TypedDict):
    """A number in clear."""

    phone_number: str


class ApprovalAnswer(TypedDict):
    """A colleague's wish to be shown a minor's number, and what became of it."""

    approval_id: str
    status: str
    customer_id: str
    purpose: str
    justification: str
    ticket: str | None
    requested_by: str
    expires_at: datetime


class PreferenceLinkAnswer(TypedDict):
    """Where a customer enters the preference centre, once."""

    url: str
    expires_at: datetime


class AccessAnswer(TypedDict):
    """One opening of a customer's number; `said_at` is when the customer said what it rests on."""

    entry_id: str
    opened_at: datetime
    action: str
    purpose: str
    channel: str
    role: str
    justification: str | None
    ticket: str | None
    approved: bool
    evidence: list[str]
    said_at: datetime | None


class LoggedDecisionAnswer(TypedDict):
    """Somebody asked whether the customer may be contacted."""

    entry_id: str
    decided_at: datetime
    purpose: str
    channel: str
    role: str
    reason: str
    explanation: str
    evidence: list[str]
    said_at: datetime | None


class PreviewsAnswer(TypedDict):
    """How often somebody looked in a month whether the customer may be contacted, by role."""

    month: str
    staff: int
    wallet: int


class AccessLogAnswer(TypedDict):
    """Who looked: the latest openings and decisions, newest first, and counts of previews."""

    entries: list[AccessAnswer]
    decisions: list[LoggedDecisionAnswer]
    previews: list[PreviewsAnswer]


class LoggedEntryAnswer(TypedDict):
    """An opening that was written down before it was done."""

    entry_id: str
    customer_id: str
    opened_at: datetime


class SettlementAnswer(TypedDict):
    """What KMS answered for an entry. CloudTrail has it under the request id; tries before it may stand there, too."""

    entry_id: str
    customer_id: str
    opened_at: datetime
    request_id: str
    retries: int
    settled_at: datetime


class AccessesAnswer(TypedDict):
    """A page of the access log, by hour; the settlements are those of its entries."""

    entries: list[LoggedEntryAnswer]
    settlements: list[SettlementAnswer]
    next_cursor: str | None
