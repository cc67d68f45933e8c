"""The process's log: JSON lines on standard output, with no number in any of them."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


@cache
def logger() -> "Logger":
    """The process's logger."""
    from aws_lambda_powertools import Logger

    # Not "ringfence": that is the logger Chalice writes tracebacks to, and it stays without a handler.
    return Logger(service="ringfence", name="ringfence.lines")


class LogJournal:
    """Tells what happens in the log; metric filters make alarms of it."""

    def note(self, event: str, **figures: str | int | bool | None) -> None:
        """A line says so."""
        logger().info(event, extra={"event": event, **figures})
