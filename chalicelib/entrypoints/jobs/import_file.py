"""The import of what an officer put into the bucket of imports. Imported in its own function without app.py."""

import json
from typing import Any

from chalice.app import Blueprint, SQSEvent

from chalicelib.bootstrap import ringfence
from chalicelib.domain.errors import Unavailable
from chalicelib.entrypoints.log import logger, places, said_by

bp = Blueprint(__name__)

# Sixteen rows at once each: enough for a million rows in some hours, and little beside what KMS gives an account.
WORKERS = 2


# The template puts the deployment's own queue in the place of this name. S3 tells it of each part.
@bp.on_sqs_message("imports", batch_size=1, maximum_concurrency=WORKERS)
def import_file(event: SQSEvent) -> dict[str, Any]:
    """Every part that S3 told of is worked off; the counts are logged and returned.

    Raises:
        Unavailable: one could not be; SQS brings the message again, and in the end to the queue of the dead.
    """
    report = {"parts": 0, "imported": 0, "present": 0, "flaws": 0}
    for message in event:
        try:
            names = _parts(message.body)
            for name in names:
                done = ringfence().import_rows(name)
                if done is not None:
                    found = {"parts": 1, "imported": done.imported, "present": done.present, "flaws": len(done.flaws)}
                    report = {each: report[each] + found[each] for each in report}
        except Exception as failure:
            # Lambda itself would write the exception's text to the log, and it may quote the number.
            why = {**said_by(failure), "error": type(failure).__name__, "places": places(failure)}
            logger().error("not imported", extra=why)
            raise Unavailable from None
        if names:
            logger().info("imported", extra=report)
    return report


def _parts(body: str) -> list[str]:
    """The parts that a message of S3 names; none of the one that it sends to try the queue.

    Source: S3 user guide, "Event message structure".
    """
    # Here, so that a start loads no more than it must.
    from chalicelib.domain.import_part import NAME

    names = [str(it["s3"]["object"]["key"]) for it in json.loads(body).get("Records", [])]
    return [name for name in names if NAME.fullmatch(name)]
