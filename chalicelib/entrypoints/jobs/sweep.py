"""The sweep, every hour. Imported in its own function without app.py."""

from dataclasses import asdict
from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, Cron

from chalicelib.bootstrap import ringfence
from chalicelib.entrypoints.log import logger

bp = Blueprint(__name__)

# What is kept back of the function's time for the rows under way, some of which may wait long for an answer.
LAST_ROWS_MILLISECONDS = 30_000


# The hour is the share. At half past, no start that is a little early or late falls into another hour.
@bp.schedule(Cron(30, "*", "*", "*", "?", "*"))
def sweep(event: CloudWatchEvent) -> dict[str, Any]:
    """This hour's share is swept, as far as the time allows; the report is logged and returned."""
    context: Any = event.context

    def time_left() -> bool:
        return bool(context.get_remaining_time_in_millis() > LAST_ROWS_MILLISECONDS)

    def tell(customer_id: str) -> None:
        logger().error("customer without key", extra={"customer_id": customer_id})

    report = asdict(ringfence().sweep_keys(time_left, tell))
    # What could not be judged, or was held back, is for a person to look at.
    whole = report["complete"] and not report["failures"] and not report["keys_held_back"]
    (logger().info if whole else logger().error)("swept", extra=report)
    return report
