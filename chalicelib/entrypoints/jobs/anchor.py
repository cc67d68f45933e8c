"""The anchor, every hour. Imported in its own function without app.py."""

from dataclasses import asdict
from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, Cron

from chalicelib.bootstrap import ringfence
from chalicelib.entrypoints.log import logger

bp = Blueprint(__name__)

# What is kept back of the function's time for the hour under way.
LAST_HOUR_MILLISECONDS = 120_000


# Ten minutes after the hour has closed, what was written in it is in the index.
@bp.schedule(Cron(10, "*", "*", "*", "?", "*"))
def anchor(event: CloudWatchEvent) -> dict[str, Any]:
    """The hours that have closed are anchored, as far as the time allows; the report is logged and returned."""
    context: Any = event.context

    def time_left() -> bool:
        return bool(context.get_remaining_time_in_millis() > LAST_HOUR_MILLISECONDS)

    run = ringfence().anchor_ledger(time_left)
    report = {**asdict(run), "covers_until": run.covers_until.isoformat() if run.covers_until else None}
    # Hours that nobody has anchored can still be rewritten.
    (logger().info if run.complete else logger().error)("anchored", extra=report)
    return report
