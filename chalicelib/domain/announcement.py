"""What others are told of a consent event: enough to act on it, to order it and to see a gap. Never a number."""

import json
from dataclasses import asdict, dataclass

from chalicelib.domain.consent import ConsentEvent
from chalicelib.domain.errors import LedgerDamaged
from chalicelib.domain.ledger import GENESIS, LedgerEvent


@dataclass(frozen=True)
class Announcement:
    """One event of the ledger, as docs/schemas/consent-announcement.schema.json describes it.

    Attributes:
        name: ConsentGiven, ConsentRefused, ConsentWithdrawn or ConsentExpired.
        sequence: position in the customer's chain, from 1.
        previous_event_id: of the event at the position before; None for the first.
        event_time, valid_until: RFC 3339 in UTC.
        actor: whose word it is: customer, guardian, officer or system.
    """

    name: str
    customer_id: str
    sequence: int
    event_id: str
    previous_event_id: str | None
    record_id: str
    purpose: str
    channels: tuple[str, ...]
    event_time: str
    notice_version: int
    valid_until: str | None
    actor: str

    def detail(self) -> str:
        """All but the name, as JSON."""
        members = asdict(self)
        del members["name"]
        return json.dumps(members, separators=(",", ":"))


def announcement(link: LedgerEvent, before: LedgerEvent | None, event: ConsentEvent) -> Announcement:
    """What is said of a link of the ledger, given the one before and what is sealed in it.

    Raises:
        LedgerDamaged: the link was changed, or does not follow the one before.
    """
    previous = (before.sequence, before.hash) if before else (0, GENESIS)
    if link.hash != link.own_hash or (link.sequence - 1, link.previous_hash) != previous:
        raise LedgerDamaged
    return Announcement(
        name=f"Consent{event.event_type.capitalize()}",
        customer_id=link.customer_id,
        sequence=link.sequence,
        event_id=event.event_id,
        previous_event_id=before.event_id if before else None,
        record_id=event.record_id,
        purpose=event.purpose,
        channels=event.channels,
        event_time=event.event_time,
        notice_version=event.notice_version,
        valid_until=event.valid_until,
        actor=event.actor,
    )
