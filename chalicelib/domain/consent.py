"""Consent events: what is recorded each time a customer gives, refuses or withdraws."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from chalicelib.domain.customer import ConsentState, Customer
from chalicelib.domain.errors import (
    CustomerPurged,
    FieldInvalid,
    NotFound,
    NoticeMismatch,
    NoticeOutdated,
    PurposeNotSwitchable,
)
from chalicelib.domain.policy import Policy


@dataclass(frozen=True)
class ConsentChoice:
    """A customer's word on one purpose, as the wallet or the customer's own page brings it.

    Attributes:
        decision: given, refused or withdrawn.
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


def shown_notice(customer: Customer, choice: ConsentChoice, policy: Policy) -> str:
    """The SHA-256 of the notice that the choice answers; empty if this service never held such a notice.

    Giving asks for an active customer and the current notice. Refusing and withdrawing are blocked by neither, nor by a
    notice or a purpose that the policy has dropped since.

    Raises:
        NotFound: there is no such purpose.
        PurposeNotSwitchable: the purpose rests on a contract.
        FieldInvalid: no such notice to give consent to, or channels that do not fit.
        NoticeOutdated, NoticeMismatch: not the words that count.
        CustomerRestricted, CustomerPurged: nothing may be given any more.

    Source: PIPL 14, 15, 47; GDPR 7(3).
    """
    purpose = policy.rules.purposes.get(choice.purpose)
    if purpose is None and (choice.decision == "given" or choice.purpose not in customer.consents):
        raise NotFound
    if purpose is not None and purpose.essential:
        raise PurposeNotSwitchable
    if customer.status == "purged":
        raise CustomerPurged
    notice = policy.notice(choice.purpose, choice.notice_version, choice.locale)
    if choice.notice_sha256 not in (None, notice.sha256 if notice else None):
        raise NoticeMismatch
    if choice.decision != "given":
        if choice.channels:
            raise FieldInvalid("/channels", "must be absent unless the decision is given")
        return notice.sha256 if notice else ""
    assert purpose is not None
    customer.require_active()
    if notice is None:
        raise FieldInvalid("/notice_version", "is not a notice of this purpose in this locale")
    if choice.notice_version != purpose.notice_version:
        raise NoticeOutdated
    if not choice.channels:
        raise FieldInvalid("/channels", "must name at least one channel")
    if not set(choice.channels) <= set(purpose.channels):
        raise FieldInvalid("/channels", "has a channel that this purpose does not use")
    return notice.sha256


def state_after(event: ConsentEvent, at: datetime) -> ConsentState:
    """What the head says of the purpose once the event has happened."""
    return ConsentState(event.event_type, event.notice_version, event.locale, event.channels, event.event_id, at)
