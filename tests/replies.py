"""SMS that come in, as SNS hands them over."""

from datetime import UTC, datetime
from typing import Any

from infra.local import replies

# Of libphonenumber's examples.
NUMBER = "+447400123456"
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def inbound_event(text: str, number: str = NUMBER, at: datetime = NOON) -> dict[str, Any]:
    """The event for an SMS with this text; from this number, at noon, unless it says otherwise."""
    return replies.inbound_event(text, number, at)
