"""What carriers report of an SMS: which words of theirs mean what, and what a send then knows.

Sources: SNS developer guide, "Viewing CloudWatch metrics and logs for SMS deliveries"; End User Messaging SMS user
guide, "Event types for SMS" and "Example event data". What a carrier writes is never passed on: it may hold the number.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from chalicelib.domain.contact import Message
from chalicelib.domain.verification import Send, Verification

# What is sent: one of a verification's, or a message itself.
S = TypeVar("S", Send, Message)

# Why a send failed, or how far it is known to have come: our word, and the sentence for a person.
REASONS: Mapping[str, str] = {
    "by_carrier": "The carrier took the SMS; it does not tell whether the phone has it.",
    "blocked": "SMS to this number are blocked.",
    "carrier_blocked": "The carrier blocked the SMS.",
    "carrier_unreachable": "The carrier cannot be reached at the moment.",
    "expired": "The SMS could not be delivered in time.",
    "invalid_number": "No phone has this number.",
    "invalid_text": "The text of the SMS was refused.",
    "not_opened": "The number could not be opened, so nothing was sent.",
    "number_stale": "Another carrier has the number than before, so its owner must prove it again first.",
    "opted_out": "The owner of this number wants no SMS from us.",
    "phone_blocked": "The phone or its contract takes no SMS from us.",
    "quota": "The account has used up what it may spend on SMS.",
    "refused": "The SMS was not taken for sending.",
    "spam": "The carrier took the SMS for spam.",
    "throttled": "Too many SMS were sent at the same time.",
    "too_expensive": "An SMS to this number costs more than is allowed.",
    "unknown": "The SMS could not be delivered, and nobody said why.",
    "unreachable": "The phone is switched off or out of reach.",
}

# What SNS writes as providerResponse of a failure; it has renamed some.
SNS_RESPONSES: Mapping[str, str] = {
    "Blocked as spam by phone carrier": "spam",
    "Destination is blacklisted": "blocked",
    "Destination is on a blocked list": "blocked",
    "Invalid phone number": "invalid_number",
    "Message body is invalid": "invalid_text",
    # Not in the guide's list: what it writes once the account's monthly spending limit is reached.
    "No quota left for account": "quota",
    "Phone carrier has blocked this message": "carrier_blocked",
    "Phone carrier is currently unreachable/unavailable": "carrier_unreachable",
    "Phone has blocked SMS": "phone_blocked",
    "Phone is blacklisted": "phone_blocked",
    "Phone is on a blocked list": "phone_blocked",
    "Phone is currently unreachable/unavailable": "unreachable",
    "Phone number is opted out": "opted_out",
    "This delivery would exceed max price": "too_expensive",
    "Unknown error attempting to reach phone": "unknown",
}
# The one that says that the phone itself has it.
SNS_ON_PHONE = "Message has been accepted by phone"

# End User Messaging's events, as delivery and reason.
EVENT_TYPES: Mapping[str, tuple[str, str | None]] = {
    "TEXT_QUEUED": ("accepted", None),
    "TEXT_PENDING": ("accepted", None),
    "TEXT_SENT": ("accepted", None),
    # In some countries all that ever comes; an event that is not final claims less.
    "TEXT_SUCCESSFUL": ("delivered", "by_carrier"),
    "TEXT_DELIVERED": ("delivered", None),
    "TEXT_BLOCKED": ("failed", "phone_blocked"),
    "TEXT_CARRIER_BLOCKED": ("failed", "carrier_blocked"),
    "TEXT_CARRIER_UNREACHABLE": ("failed", "carrier_unreachable"),
    "TEXT_INVALID": ("failed", "invalid_number"),
    "TEXT_INVALID_MESSAGE": ("failed", "invalid_text"),
    "TEXT_PROTECT_BLOCKED": ("failed", "blocked"),
    "TEXT_SPAM": ("failed", "spam"),
    "TEXT_TTL_EXPIRED": ("failed", "expired"),
    "TEXT_UNREACHABLE": ("failed", "unreachable"),
    # Also what comes after 72 hours without a word from the carrier. It took the SMS; more is not known.
    "TEXT_UNKNOWN": ("accepted", None),
}

# Whose events alone name the verification or message, and so find a send of which no outcome was written.
NAMES_REFERENCE = "end_user_messaging"

# Sent or not: nobody knows. A queued send is not among them: it was surely not sent.
_LOST = ("intended", "opening", "unknown")

# Never digits alone, as a number would be.
_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True)
class Receipt:
    """A carrier's word about one SMS.

    Attributes:
        message_id: the sender's own name for the SMS.
        delivery: accepted, delivered, failed or opted_out.
        reason: a word of REASONS; None where there is nothing to add.
        reference: the verification's id or the message's, if the sender takes one along and brings it back.
    """

    message_id: str
    delivery: str
    reason: str | None = None
    reference: str | None = None


def read_receipt(message: object) -> Receipt | None:
    """The receipt that a log message is, or None if it cannot be read as one. Never raises.

    Args:
        message: JSON as it was parsed: SNS's delivery status log or an event of End User Messaging.
    """
    if not isinstance(message, dict):
        return None
    return _sns_receipt(message) if "notification" in message else _event_receipt(message)


def reason_sentence(reason: str | None) -> str | None:
    """The sentence for a person, or None if there is no reason."""
    return None if reason is None else REASONS.get(reason, REASONS["unknown"])


def with_receipt(verification: Verification, receipt: Receipt) -> Verification:
    """The send knows what the receipt tells, unless it knew as much or more before; then nothing changed.

    Receipts come late, twice and in any order. What was delivered stays so, whatever comes after; of two failures the
    first one stays. A receipt that names no send, but the verification, is about the one send whose outcome was lost.
    """
    sends = verification.sends
    position = _position(sends, verification.id, receipt)
    if position is None or (told := _told(sends[position], receipt)) is sends[position]:
        return verification
    return replace(verification, sends=(*sends[:position], told, *sends[position + 1 :]))


def message_with_receipt(message: Message, receipt: Receipt) -> Message:
    """The message knows what the receipt tells, by the same rules as a verification's send."""
    return message if _position((message,), message.id, receipt) is None else _told(message, receipt)


def _sns_receipt(message: Mapping[object, object]) -> Receipt | None:
    message_id = _id_in(message.get("notification"), "messageId")
    if message_id is None:
        return None
    response = _member(message.get("delivery"), "providerResponse")
    match message.get("status"):
        case "SUCCESS":
            on_phone = isinstance(response, str) and response.strip() == SNS_ON_PHONE
            return Receipt(message_id, "delivered", None if on_phone else "by_carrier")
        case "FAILURE":
            reason = SNS_RESPONSES.get(response.strip(), "unknown") if isinstance(response, str) else "unknown"
            return Receipt(message_id, "opted_out" if reason == "opted_out" else "failed", reason)
    return None


def _event_receipt(message: Mapping[object, object]) -> Receipt | None:
    message_id = _id_in(message, "messageId")
    kind = message.get("eventType")
    if message_id is None or not isinstance(kind, str) or kind not in EVENT_TYPES:
        return None
    delivery, reason = EVENT_TYPES[kind]
    if message.get("isFinal") is not True and kind != "TEXT_DELIVERED":
        delivery, reason = "accepted", None
    return Receipt(message_id, delivery, reason, _id_in(message.get("context"), "reference"))


def _member(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def _id_in(value: object, name: str) -> str | None:
    found = _member(value, name)
    return found if isinstance(found, str) and _ID.fullmatch(found) else None


def _told(send: S, receipt: Receipt) -> S:
    if _worth(receipt.delivery, receipt.reason) <= _worth(send.delivery, send.reason):
        return send
    sender = send.sender or NAMES_REFERENCE
    return replace(send, delivery=receipt.delivery, sender=sender, reason=receipt.reason, message_id=receipt.message_id)


def _position(sends: Sequence[Send | Message], reference: str, receipt: Receipt) -> int | None:
    for position, send in enumerate(sends):
        if send.message_id == receipt.message_id:
            return position
    lost = [position for position, send in enumerate(sends) if send.delivery in _LOST]
    return lost[0] if receipt.reference == reference and len(lost) == 1 else None


def _worth(delivery: str, reason: str | None) -> int:
    match delivery:
        case "delivered":
            return 3 if reason else 4
        case "failed" | "opted_out":
            return 2
        case "accepted":
            return 1
    return 0
