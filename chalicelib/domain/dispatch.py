"""Which verification a carrier's message id belongs to."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Dispatch:
    """Stands beside the outcome of a send, so that the carrier's receipt finds its way back.

    Attributes:
        message_id: the carrier's.
        lapses_at: carriers send receipts for up to 72 hours.
    """

    message_id: str
    verification_id: str
    lapses_at: datetime
    version: str = ""
