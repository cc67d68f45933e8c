"""Who looked: the log of openings, and that of decisions."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.caller import Caller
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.life_rules import Retention


@dataclass(frozen=True)
class AccessLogEntry:
    """Who opened a number, when, why and under which consent. Written once, in the act, and never changed.

    Attributes:
        ticket: of the company's own, under which a person asked to see the number.
        approved_by: the second person, where it took two.
        lapses_at: the end of its retention; None in rows that are older than that.
    """

    id: str
    customer_id: str
    at: datetime
    action: str
    purpose: str
    channel: str
    role: str
    client_id: str
    subject: str
    evidence: tuple[str, ...]
    justification: str | None = None
    ticket: str | None = None
    approved_by: str | None = None
    lapses_at: datetime | None = None
    version: str = ""


@dataclass(frozen=True)
class DecisionLogEntry:
    """Who asked whether a customer may be contacted, and what the answer was. Written once and never changed.

    Attributes:
        reason: one of `reasons.REASONS`.
        lapses_at: the end of its retention; None in rows that are older than that.
    """

    id: str
    customer_id: str
    at: datetime
    purpose: str
    channel: str
    role: str
    client_id: str
    subject: str
    reason: str
    evidence: tuple[str, ...]
    lapses_at: datetime | None = None
    version: str = ""


def access(
    caller: Caller,
    customer_id: str,
    action: str,
    purpose: str,
    channel: str,
    evidence: tuple[str, ...],
    at: datetime,
    retention: Retention,
) -> AccessLogEntry:
    """The entry of an access by this caller."""
    return AccessLogEntry(
        id=new_id("acc"),
        customer_id=customer_id,
        at=at,
        action=action,
        purpose=purpose,
        channel=channel,
        role=caller.role,
        client_id=caller.client_id,
        subject=caller.subject,
        evidence=evidence,
        lapses_at=at + timedelta(days=retention.access_log_days),
    )
