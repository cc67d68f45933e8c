"""A shard of the purge, as the queue hands it over. Imported in its own function without app.py."""

from typing import Any

from chalice.app import Blueprint, SQSEvent

from chalicelib.bootstrap import ringfence
from chalicelib.domain.errors import Unavailable
from chalicelib.entrypoints.log import logger, places, said_by

bp = Blueprint(__name__)

# What is kept back of the function's time for the item under way and the report.
REPORT_MILLISECONDS = 20_000
# A run has 64 shards, and most are empty. More at once would only take capacity from those who are waited for.
WORKERS = 8


# The template puts the deployment's own queue in the place of this name.
@bp.on_sqs_message("purges", batch_size=1, maximum_concurrency=WORKERS)
def purge_worker(event: SQSEvent) -> dict[str, Any]:
    """What was due in the shard is done, as far as the time allows; the report is logged and returned.

    Raises:
        Unavailable: it could not be; SQS gives the shard again, and in the end to the queue of the dead.
    """
    context: Any = event.context

    def time_left() -> bool:
        return bool(context.get_remaining_time_in_millis() > REPORT_MILLISECONDS)

    report: dict[str, Any] = {}
    for message in event:
        run_id, _, bucket = message.body.partition(" ")
        try:
            worked = ringfence().purge_shard(run_id, bucket, time_left)
        except Exception as failure:
            # Lambda itself would write the exception's text to the log, and it may quote the number.
            why = {**said_by(failure), "error": type(failure).__name__, "places": places(failure)}
            logger().error("shard not purged", extra={"run_id": run_id, "shard": bucket, **why})
            raise Unavailable from None
        tally = worked.tally
        report = {
            "run_id": run_id,
            "shard": bucket,
            "outcome": worked.outcome,
            "erased": dict(tally.erased),
            "ended": dict(tally.ended),
            "failures": dict(tally.failures),
            "oldest_lateness_seconds": tally.oldest_lateness_seconds,
            "capacity_units": tally.capacity_half_units / 2,
            "run_complete": worked.run is not None and worked.run.complete,
        }
        # What was not done stays due; somebody should see why before it is late.
        (logger().error if tally.failures else logger().info)("shard purged", extra=report)
    return report
