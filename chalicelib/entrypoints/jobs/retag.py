"""Re-tags a share of the numbers after the index has a new key. Imported in its own function without app.py."""

from dataclasses import asdict
from typing import Any

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.entrypoints.log import logger

bp = Blueprint(__name__)

# What is kept back of the function's time for the rows under way, some of which may wait long for an answer.
LAST_ROWS_MILLISECONDS = 30_000


@bp.lambda_function()
def retag(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The share that the officer's command asks for is re-tagged, as far as the time allows; the report is logged."""

    def time_left() -> bool:
        return bool(context.get_remaining_time_in_millis() > LAST_ROWS_MILLISECONDS)

    found = ringfence().retag_numbers(event["share"], time_left)
    report = {**asdict(found), "until": found.until and found.until.isoformat()}
    (logger().error if report["failures"] else logger().info)("retagged", extra={"share": event["share"], **report})
    return report
