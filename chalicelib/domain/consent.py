"""Consent events: what is recorded each time a consent is given, refused or withdrawn, or ends by itself."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from chalicelib.domain.caller import Caller
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import (
    CustomerPurged,
    FieldInvalid,
    GuardianRequired,
    NotFound,
    NoticeMismatch,
    NoticeOutdated,
    NotPermitted,
    PurposeNotSwitchable,
    VerificationSpent,
)
from chalicelib.domain.origin import Origin
from chalicelib.domain.policy import Policy
from chalicelib.domain.rules import VerificationRules
from chalicelib.domain.verification import GUARDIAN, Verification

# How the word was given: a touch of a screen, a voice on the phone, a hand on paper, an answer by SMS.
METHODS = ("tap", "spoken", "written", "sms_reply")
NOS = ("refused", "withdrawn")


@dataclass(frozen=True)
class ConsentChoice:
    """A customer's word on one purpose, as the wallet or the customer's own page brings it.

    Attributes:
        decision: given, refused or withdrawn.
        notice_version, locale: the notice that was on the screen.
        notice_sha256: its digest as the screen computed it, in hex; None if it did not.
        channels: what is agreed to; empty unless given.
        surface: where it was asked, e.g. `signup_screen`.
        method: one of METHODS.
        guardian_verification_id: by which a guardian, who speaks for the customer, proved their number.
    """

    purpose: str
    decision: str
    notice_version: int
    locale: str
    notice_sha256: str | None
    channels: tuple[str, ...]
    surface: str
    method: str = "tap"
    guardian_verification_id: str | None = None


@dataclass(frozen=True)
class GuardianProof:
    """The guardian who spoke, by the number that they proved. Source: PIPL 31."""

    verification_id: str
    phone_number_masked: str
    verified_at: str


@dataclass(frozen=True)
class ConsentEvent:
    """The payload of a ledger link. Source: ISO/IEC TS 27560 event, with notice, channels and surface added.

    Attributes:
        event_type: given, refused, withdrawn or expired.
        event_time, valid_until: RFC 3339 in UTC; only what is given has an end.
        most_per_month: messages and calls that were agreed to.
        actor: whose word it is: customer, guardian, officer or system.
        actor_role, actor_client: the token that brought it.
        method: one of METHODS; `expiry` for the system's.
        origin: of what was imported; None for what was said here.
    """

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
    actor: str = "customer"
    method: str = "tap"
    most_per_month: int | None = None
    valid_until: str | None = None
    guardian: GuardianProof | None = None
    origin: Origin | None = None

    def canonical(self) -> bytes:
        """The bytes that are committed to: JSON with sorted members and no spaces."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_canonical(cls, payload: bytes) -> "ConsentEvent":
        """The event that was committed to."""
        members = json.loads(payload)
        guardian, origin = members.get("guardian"), members.get("origin")
        return cls(
            **{
                **members,
                "channels": tuple(members["channels"]),
                "guardian": GuardianProof(**guardian) if guardian else None,
                "origin": Origin(**origin) if origin else None,
            }
        )


def record_id(customer_id: str, purpose: str) -> str:
    """The id of the one consent record that a customer has for a purpose."""
    return f"{customer_id}.{purpose}"


def shown_notice(customer: Customer, choice: ConsentChoice, policy: Policy) -> str:
    """The SHA-256 of the notice that the choice answers; empty if this service never held such a notice.

    Giving asks for an active customer and the current notice, and under 14 for a guardian. Refusing and withdrawing are
    blocked by none of it, nor by other words than ours, nor by a notice or a purpose that the policy has dropped since.

    Raises:
        NotFound: there is no such purpose.
        PurposeNotSwitchable: the purpose rests on a contract.
        FieldInvalid: no such notice to give consent to, or channels that do not fit.
        NoticeOutdated, NoticeMismatch: not the words that count.
        GuardianRequired: the customer is under 14 and speaks alone.
        CustomerRestricted, CustomerPurged: nothing may be given any more.

    Source: PIPL 14, 15, 31, 47; GDPR 7(3), 8.
    """
    purpose = policy.rules.purposes.get(choice.purpose)
    if purpose is None and (choice.decision == "given" or choice.purpose not in customer.consents):
        raise NotFound
    if purpose is not None and purpose.essential:
        raise PurposeNotSwitchable
    if customer.status == "purged":
        raise CustomerPurged
    notice = policy.notice(choice.purpose, choice.notice_version, choice.locale)
    is_ours = choice.notice_sha256 in (None, notice.sha256 if notice else None)
    if choice.decision != "given":
        if choice.channels:
            raise FieldInvalid("/channels", "must be absent unless the decision is given")
        return notice.sha256 if notice and is_ours else ""
    assert purpose is not None
    customer.require_open()
    if not is_ours:
        raise NoticeMismatch
    if notice is None:
        raise FieldInvalid("/notice_version", "is not a notice of this purpose in this locale")
    if choice.notice_version != purpose.notice_version:
        raise NoticeOutdated
    if not choice.channels:
        raise FieldInvalid("/channels", "must name at least one channel")
    if not set(choice.channels) <= set(purpose.channels):
        raise FieldInvalid("/channels", "has a channel that this purpose does not use")
    if customer.under_14 and choice.guardian_verification_id is None:
        raise GuardianRequired
    return notice.sha256


def guardian_proof(
    verification: Verification, customer: Customer, choice: ConsentChoice, at: datetime, rules: VerificationRules
) -> GuardianProof:
    """Who spoke for the customer. One proof serves all that is decided in one sitting, for this customer only.

    A no ends the sitting for its purpose: or whoever has the proof's id could undo what the guardian took back.

    Raises:
        VerificationPurposeMismatch, VerificationSpent, VerificationCancelled, VerificationExpired,
        VerificationNotProved: it proves nothing here.
        NotFound: it was made for another customer.
        FieldInvalid: the number is the customer's own, or the customer is no child.

    Source: PIPL 31; GDPR 8(2).
    """
    verification.require_proof(GUARDIAN, at, rules)
    assert verification.verified_at is not None
    if verification.customer_id != customer.id:
        raise NotFound
    if customer.held is not None and customer.held.has_tag(verification.tags):
        raise FieldInvalid("/guardian_verification_id", "proves the customer's own number, not a guardian's")
    if not customer.under_14:
        raise FieldInvalid("/guardian_verification_id", "is for a customer under 14")
    last = customer.consents.get(choice.purpose)
    is_undone = last is not None and last.decision in NOS and verification.verified_at <= last.event_time
    if choice.decision == "given" and is_undone:
        raise VerificationSpent
    return GuardianProof(verification.id, verification.masked, verification.verified_at.isoformat())


def said(
    event_id: str,
    customer: Customer,
    choice: ConsentChoice,
    policy: Policy,
    caller: Caller,
    at: datetime,
    guardian: GuardianProof | None = None,
) -> ConsentEvent:
    """The event that the choice makes.

    Raises:
        NotPermitted: an officer writes down a no that came by letter, and agrees to nothing for anybody.
        Refused: what `shown_notice` raises.
    """
    if caller.role == "officer" and choice.decision == "given":
        raise NotPermitted
    notice_sha256 = shown_notice(customer, choice, policy)
    agreed = policy.rules.purposes[choice.purpose] if choice.decision == "given" else None
    days = agreed.valid_days if agreed else None
    return ConsentEvent(
        event_id=event_id,
        record_id=record_id(customer.id, choice.purpose),
        event_type=choice.decision,
        event_time=at.isoformat(),
        purpose=choice.purpose,
        channels=choice.channels,
        notice_version=choice.notice_version,
        notice_sha256=notice_sha256,
        locale=choice.locale,
        surface=choice.surface,
        actor_role=caller.role,
        actor_client=caller.client_id,
        actor="officer" if caller.role == "officer" else "guardian" if guardian else "customer",
        method=choice.method,
        most_per_month=agreed.most_per_month if agreed else None,
        valid_until=(at + timedelta(days=days)).isoformat() if days else None,
        guardian=guardian,
    )


def expired(
    event_id: str, customer: Customer, purpose: str, policy: Policy, at: datetime, surface: str = "clock"
) -> ConsentEvent:
    """The event that a consent of this customer has ended by itself. Its time is when it is recorded.

    The gate has refused since the end of the consent's validity.

    Args:
        surface: what ended it: the clock, or a change of number.
    """
    return _ended(event_id, customer, purpose, policy, at, "expired", surface, "system", "expiry")


def withdrawn(
    event_id: str, customer: Customer, purpose: str, policy: Policy, at: datetime, surface: str, method: str
) -> ConsentEvent:
    """The event that the customer took this consent back without a notice before them: it is the one agreed to."""
    return _ended(event_id, customer, purpose, policy, at, "withdrawn", surface, "customer", method)


def _ended(
    event_id: str,
    customer: Customer,
    purpose: str,
    policy: Policy,
    at: datetime,
    event_type: str,
    surface: str,
    actor: str,
    method: str,
) -> ConsentEvent:
    state = customer.consents[purpose]
    notice = policy.notice(purpose, state.notice_version, state.locale)
    return ConsentEvent(
        event_id=event_id,
        record_id=record_id(customer.id, purpose),
        event_type=event_type,
        event_time=at.isoformat(),
        purpose=purpose,
        channels=(),
        notice_version=state.notice_version,
        notice_sha256=notice.sha256 if notice else "",
        locale=state.locale,
        surface=surface,
        actor_role="system",
        actor_client="ringfence",
        actor=actor,
        method=method,
    )
