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
    """The provider's lists and ours say the same, as far as the time allows; the counts are logged and returned.

    A run has the time for about a hundred thousand numbers. What stands behind as many on one list is never looked at,
    and each run says so in an error line; with several lists, each is the first in its turn.
    """
    context: Any = event.context

    def time_left() -> bool:
        return bool(context.get_remaining_time_in_millis() > LAST_PAGE_MILLISECONDS)

    report = asdict(ringfence().reconcile_opt_outs(time_left))
    # Somebody has to know what was not looked at: another run does not reach further.
    whole = report["complete"] and not report["failures"] and not report["unreadable"]
    (logger().info if whole else logger().error)("opt-outs reconciled", extra=report)
    return report
