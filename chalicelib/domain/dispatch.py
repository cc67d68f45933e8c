"""Which verification or message a carrier's message id belongs to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# SNS sends delivery logs, and End User Messaging its events, for up to three days.
RECEIPTS_COME_FOR = timedelta(hours=72)


@dataclass(frozen=True)
class Dispatch:
    """Stands beside the outcome of a send, so that the carrier's receipt finds its way back.

    Attributes:
        message_id: the carrier's.
        reference: the verification's id or the message's.
    """

    message_id: str
    reference: str
    lapses_at: datetime
    version: str = ""
