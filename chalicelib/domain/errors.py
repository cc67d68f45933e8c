"""Everything that Ringfence refuses or fails at, as one tree.

Adapters translate what their vendor raises into these; `entrypoints/api/problems.py` alone knows their HTTP form.
No error carries a phone number, a code or a token, so that every one of them may be logged.
"""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.holding import Holding


class RingfenceError(Exception):
    """The root: catch it to catch whatever Ringfence itself raises."""


class Refused(RingfenceError):
    """The request was understood and the answer is no."""


class Unavailable(RingfenceError):
    """A dependency did not answer. Repeating the request, with its Idempotency-Key if it has one, is safe."""


class NotFound(Refused):
    """There is no such thing, or it is not the caller's."""


class NotPermitted(Refused):
    """The caller's role does not allow this."""


class NotAuthenticated(Refused):
    """The caller's token proves nothing: absent, expired, forged or for somebody else."""


class AccountClosed(NotAuthenticated):
    """The session was the customer's, whose account has been closed since."""


@dataclass(eq=False)
class FieldInvalid(Refused):
    """One member of the request cannot be accepted.

    Attributes:
        pointer: JSON pointer to the member (RFC 6901).
        reason: what is wrong, in words that do not repeat the value.
    """

    pointer: str
    reason: str


class PhoneNumberInvalid(FieldInvalid):
    """The value is not a number that a phone can have."""


class PhoneNumberRefused(FieldInvalid):
    """The number is real, but the policy does not accept its region or line type."""


@dataclass(eq=False)
class Throttled(Refused):
    """A limit is reached.

    Attributes:
        limit: name of the limit, as in the policy.
        quota: admissions allowed in the window.
        window_seconds: length of the window.
        retry_at: first instant at which the same request would be admitted.
        retry_after_seconds: the same as a whole number of seconds from now, at least 1.
    """

    limit: str
    quota: int
    window_seconds: int
    retry_at: datetime
    retry_after_seconds: int


@dataclass(eq=False)
class ResendTooSoon(Refused):
    """The wait before the next send is not over."""

    resend_at: datetime
    retry_after_seconds: int


class SendsExhausted(Refused):
    """All sends of this verification are used."""


@dataclass(eq=False)
class CodeIncorrect(Refused):
    """The code is wrong, and the attempt is spent."""

    attempts_remaining: int


class VerificationLocked(Refused):
    """All attempts of this verification are used; no code can succeed any more."""


class VerificationExpired(Refused):
    """The code's life, or the proof's, is over."""


class VerificationSpent(Refused):
    """The verification has already been used."""


class VerificationCancelled(Refused):
    """The wallet took this verification back."""


class VerificationNotProved(Refused):
    """No right code has been entered yet."""


class VerificationPurposeMismatch(Refused):
    """This verification was made for something else. Source: ASVS 5.0 6.6.2."""


class IdempotencyKeyReused(Refused):
    """The key was used before, by this client on this route, with another body."""


class NotReplayable(Refused):
    """The key was used before on a route whose answer is never given twice."""


class NumberInUse(Refused):
    """Another customer holds this number."""


class NumberChangePending(Refused):
    """The customer's last change of number is not over: it can be stopped, or waited for."""


class TakeOverRefused(Refused):
    """Another customer holds this number, and the policy lets nobody take one over."""


class CustomerExists(Refused):
    """This customer id is taken."""


class CustomerRestricted(Refused):
    """The customer's number is stored and protected, and nothing else. Source: PIPL 47."""


class CustomerUnreachable(Refused):
    """The customer has no number: another customer has proved it since."""


class CustomerPurged(Refused):
    """The customer's number has been erased."""


class RightsRequestClosed(Refused):
    """The rights request was answered or refused before."""


class ExtensionNotPossible(Refused):
    """The time to answer was extended before, or is over. Source: GDPR 12(3)."""


class CaseHoldsOff(Refused):
    """The policy does not let officers hold single customers."""


@dataclass(eq=False)
class HoldActive(Refused):
    """The customer cannot be erased yet. They are restricted, and the purge erases when the last hold ends.

    Attributes:
        laws: that forbid it, the longest first.
        case: True if an officer's hold does, too; it has no end of its own.
    """

    laws: tuple[Holding, ...]
    case: bool


class PurposeNotSwitchable(Refused):
    """The purpose rests on a contract, so no consent can be given or withdrawn."""


class NoticeOutdated(Refused):
    """A newer notice must be shown before this consent can be given. Source: PIPL 14."""


class GuardianRequired(Refused):
    """The customer is under 14, and no guardian's proof came along. Source: PIPL 31."""


class NoticeMismatch(Refused):
    """What was shown is not the notice that Ringfence holds under that version."""


class ContactTokenInvalid(Refused):
    """The contact token is unknown, used, expired, somebody else's, or overtaken by a change of consent."""


class NumberStale(Refused):
    """The number was opened, and has another carrier than before: it is used again once it is proved again."""


@dataclass(eq=False)
class ApprovalRequired(Refused):
    """A second person must agree before this number is shown. Nothing was opened, and the contact token is as it was.

    Attributes:
        approval_id: what the second person is to be told.
        expires_at: until when they may agree, and the number be shown.
    """

    approval_id: str
    expires_at: datetime


@dataclass(eq=False)
class PersonPaused(Refused):
    """The caller has been shown numbers in an unusual way, and is shown none for now.

    Attributes:
        paused_until: from then on it is over.
        retry_after_seconds: the same as a whole number of seconds from now, at least 1.
    """

    paused_until: datetime
    retry_after_seconds: int


class Contended(Unavailable):
    """Others changed the same record faster than the caller could follow; what it wanted did not happen."""


@dataclass(eq=False)
class SpendLimitReached(Refused):
    """The most that SMS may cost is reached. Nothing was sent.

    Attributes:
        window: hour, day or month.
        retry_after_seconds: until the window ends.
    """

    window: str
    retry_after_seconds: int


class SmsThrottled(RingfenceError):
    """The carrier takes no more at the moment. Surely not sent."""


@dataclass(eq=False)
class SmsRefused(RingfenceError):
    """The carrier did not take the SMS. Surely not sent.

    Attributes:
        reason: opted_out, or a word of `domain/receipt.py`.
    """

    reason: str


class PolicyInvalid(RingfenceError):
    """A policy file is wrong; the message names the file, the line and the reason."""


class LedgerDamaged(RingfenceError):
    """A sealed consent event is not what its chain committed to."""
