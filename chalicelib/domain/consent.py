"""Consent events: what is recorded each time a customer gives, refuses or withdraws."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from chalicelib.domain.customer import ConsentState, Customer
from chalicelib.domain.errors import CustomerPurged, FieldInvalid, NoticeMismatch, NoticeOutdated, PurposeNotSwitchable
from chalicelib.domain.policy import Notice, Policy

DECISIONS = ("given", "refused", "withdrawn")


@dataclass(frozen=True)
class ConsentChoice:
    """A customer's word on one purpose, as the wallet or the customer's own page brings it.

    Attributes:
        decision: one of DECISIONS.
        notice_version, locale: the notice that was on the screen.
        notice_sha256: its digest as the screen computed it, in hex; None if it did not.
        channels: what is agreed to; empty unless given.
        surface: where it was asked, e.g. `signup_screen`.
    """

    purpose: str
    decision: str
    notice_version: int
    locale: str
    notice_sha256: str | None
    channels: tuple[str, ...]
    surface: str


@dataclass(frozen=True)
class ConsentEvent:
    """The payload of a ledger link. Source: ISO/IEC TS 27560 event, with notice, channels and surface added."""

    event_id: str
    record_id: str
    event_type: str
    event_time: str
    purpose: str
    channels: tuple[str, ...]
    notice_version: int
    notice_sha256: str
    locale: str
    surface: str
    actor_role: str
    actor_client: str

    def canonical(self) -> bytes:
        """The bytes that are committed to: JSON with sorted members and no spaces."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_canonical(cls, payload: bytes) -> "ConsentEvent":
        """The event that was committed to."""
        members = json.loads(payload)
        return cls(**{**members, "channels": tuple(members["channels"])})


def record_id(customer_id: str, purpose: str) -> str:
    """The id of the one consent record that a customer has for a purpose."""
    return f"{customer_id}.{purpose}"


def require_recordable(customer: Customer, choice: ConsentChoice, policy: Policy) -> Notice:
    """The notice that the choice answers.

    Giving asks for an active customer and the current notice; refusing and withdrawing are never blocked by either.

    Raises:
        FieldInvalid: unknown purpose, notice or channel, or channels that do not fit the decision.
        PurposeNotSwitchable: the purpose rests on a contract.
        NoticeOutdated, NoticeMismatch: not the words that count.
        CustomerRestricted, CustomerPurged: nothing may be given any more.

    Source: PIPL 14, 15, 47; GDPR 7(3).
    """
    purpose = policy.rules.purposes.get(choice.purpose)
    if purpose is None:
        raise FieldInvalid("/purpose", "is not a purpose of this service")
    if purpose.essential:
        raise PurposeNotSwitchable
    if customer.status == "purged":
        raise CustomerPurged
    notice = policy.notice(choice.purpose, choice.notice_version, choice.locale)
    if notice is None:
        raise FieldInvalid("/notice_version", "is not a notice of this purpose in this locale")
    if choice.notice_sha256 is not None and choice.notice_sha256 != notice.sha256:
        raise NoticeMismatch
    if not set(choice.channels) <= set(purpose.channels):
        raise FieldInvalid("/channels", "has a channel that this purpose does not use")
    if choice.decision == "given":
        customer.require_active()
        if not choice.channels:
            raise FieldInvalid("/channels", "must name at least one channel")
        if choice.notice_version != purpose.notice_version:
            raise NoticeOutdated
    elif choice.channels:
        raise FieldInvalid("/channels", "must be absent unless the decision is given")
    return notice


def state_after(event: ConsentEvent, at: datetime) -> ConsentState:
    """What the head says of the purpose once the event has happened."""
    return ConsentState(event.event_type, event.notice_version, event.locale, event.channels, event.event_id, at)
