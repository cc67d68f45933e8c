"""What Lambda hands to a function that the clock starts."""

from infra.local.jobs import scheduled_event
from tests.fakes import NOON

EVENT = scheduled_event(NOON)


class Context:
    """Tells how much time is left, one answer after the other; the last one for good."""

    aws_request_id = "request-1"

    def __init__(self, *milliseconds: int) -> None:
        self.left = list(milliseconds)
        self.asked = 0

    def get_remaining_time_in_millis(self) -> int:
        self.asked += 1
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]
