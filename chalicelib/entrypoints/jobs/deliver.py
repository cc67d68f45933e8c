"""What is left to be done for a verification behind its answer. Imported in its own function without app.py."""

from typing import Any

from chalice.app import Blueprint, SQSEvent

from chalicelib.bootstrap import ringfence
from chalicelib.domain.errors import Unavailable
from chalicelib.entrypoints.log import logger, places, said_by

bp = Blueprint(__name__)

# A message at a time: Chalice cannot tell SQS which of several failed. Five workers make some twenty
# tries a second; a carrier that is too busy gains nothing from more of them.
WORKERS = 5


# The template puts the deployment's own queue in the place of this name.
@bp.on_sqs_message("sends", batch_size=1, maximum_concurrency=WORKERS)
def deliver(event: SQSEvent) -> dict[str, Any]:
    """A send that waited was tried, and a carrier that wants to know was told; the outcome is logged and returned.

    Raises:
        Unavailable: it could not be; SQS gives the message again, and in the end to the queue of the dead.
    """
    report: dict[str, Any] = {}
    for message in event:
        try:
            sent = ringfence().deliver_queued(message.body)
            report = {"delivery": sent, "told": ringfence().give_feedback(message.body)}
        except Exception as failure:
            # Lambda itself would write the exception's text to the log, and it may quote the number.
            why = {**said_by(failure), "error": type(failure).__name__, "places": places(failure)}
            logger().error("not delivered", extra=why)
            raise Unavailable from None
        logger().info("worked", extra=report)
    return report
