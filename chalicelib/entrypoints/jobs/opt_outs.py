"""The provider's opt-outs, every day. Imported in its own function without app.py."""

from dataclasses import asdict
from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, Cron

from chalicelib.bootstrap import ringfence
from chalicelib.entrypoints.log import logger

bp = Blueprint(__name__)

# What is kept back of the function's time for the page under way and the report.
LAST_PAGE_MILLISECONDS = 60_000


# Once a day: every listed number costs a MAC.
@bp.schedule(Cron(20, 0, "*", "*", "?", "*"))
def opt_outs(event: CloudWatchEvent) -> dict[str, Any]:
    """The provider's lists and ours say the same, as far as the time allows; the counts are logged and returned."""
    context: Any = event.context

    def time_left() -> bool:
        return bool(context.get_remaining_time_in_millis() > LAST_PAGE_MILLISECONDS)

    report = asdict(ringfence().reconcile_opt_outs(time_left))
    # What was not looked at today is a day late.
    whole = report["complete"] and not report["failures"] and not report["unreadable"]
    (logger().info if whole else logger().error)("opt-outs reconciled", extra=report)
    return report
