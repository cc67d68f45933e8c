"""The purge, every hour. Imported in its own function without app.py."""

from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib.bootstrap import ringfence
from chalicelib.entrypoints.log import logger

bp = Blueprint(__name__)

# What is kept back of the function's time for the report itself.
REPORT_MILLISECONDS = 10_000


@bp.schedule(Rate(1, unit=Rate.HOURS))
def purge(event: CloudWatchEvent) -> dict[str, Any]:
    """What is due is erased, as far as the time allows; the report is kept, logged and returned."""
    context: Any = event.context

    def time_left() -> bool:
        return bool(context.get_remaining_time_in_millis() > REPORT_MILLISECONDS)

    run = ringfence().purge_expired(time_left)
    report = {
        "run_id": run.id,
        "complete": run.complete,
        "erased": dict(run.erased),
        "ended": dict(run.ended),
        "failures": dict(run.failures),
        "oldest_lateness_seconds": run.oldest_lateness_seconds,
    }
    # What was not erased stays due; somebody should see why before it is late.
    whole = run.complete and not run.failures
    (logger().info if whole else logger().error)("purged", extra=report)
    return report
