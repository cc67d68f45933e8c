"""SMS that the simulated phone sends back, in the form in which SNS hands them to the function that hears them.

Source: AWS End User Messaging SMS user guide, "Example two-way SMS message payload".
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

# Where it is sent does not matter to anybody: the function looks at who sent it.
OUR_NUMBER = "+447400654321"
TOPIC = "arn:aws:sns:eu-west-1:000000000000:ringfence-replies"

Hear = Callable[[str, str], None]


def heard_by(function: Callable[[dict[str, Any], Any], Any]) -> Hear:
    """The phone's replies go to the function, each with the number that it comes from and its text."""

    def hear(number: str, text: str) -> None:
        function(inbound_event(text, number, datetime.now(UTC)), None)

    return hear


def inbound_event(text: str, number: str, at: datetime) -> dict[str, Any]:
    """The event that Lambda gives for an SMS with this text from this number."""
    message = {
        "originationNumber": number,
        "destinationNumber": OUR_NUMBER,
        "messageKeyword": "KEYWORD_1",
        "messageBody": text,
        "inboundMessageId": str(uuid4()),
        "previousPublishedMessageId": str(uuid4()),
    }
    envelope = {
        "Type": "Notification",
        "MessageId": str(uuid4()),
        "TopicArn": TOPIC,
        "Message": json.dumps(message),
        "Timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    return {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": envelope}]}
