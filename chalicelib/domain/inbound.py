"""SMS that come in, as the provider hands them over.

Sources: AWS End User Messaging SMS user guide, "Two-way SMS messaging"; Lambda developer guide, "Using with SNS".
"""

import json
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.phone_number import PhoneNumber, number_told


@dataclass(frozen=True, repr=False)
class InboundSms:
    """An SMS that somebody sent us. No text form shows it.

    Attributes:
        sent_at: when the provider had it.
    """

    number: PhoneNumber
    text: str
    sent_at: datetime


def read_inbound(record: object) -> InboundSms | None:
    """The SMS of one record of an SNS event; None if it cannot be read as one."""
    try:
        envelope = record["Sns"]  # type: ignore[index]
        message, sent_at = json.loads(envelope["Message"]), datetime.fromisoformat(envelope["Timestamp"])
        number, text = number_told(message["originationNumber"]), message["messageBody"]
    except (TypeError, KeyError, ValueError, RecursionError):
        return None
    if number is None or not isinstance(text, str) or sent_at.tzinfo is None:
        return None
    return InboundSms(number, text, sent_at)
