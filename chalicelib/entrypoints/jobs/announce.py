"""New events of the ledger, as its stream hands them over. Imported in its own function without app.py."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, DynamoDBEvent, DynamoDBRecord

from chalicelib.bootstrap import ringfence
from chalicelib.entrypoints.log import logger, places, said_by

if TYPE_CHECKING:
    from chalicelib.services.announce_events import Outcome

bp = Blueprint(__name__)

# What one PutEvents takes. Reading the ledger is most of the work, so a larger batch gains little; and where an event
# fails, those behind it are said again.
BATCH = 10
OUTCOMES = ("announced", "ended", "damaged", "failed")


# The template puts the ledger's own stream in the place of this name. From its beginning: what happened before the
# function was there is said, too.
@bp.on_dynamodb_record("ledger", batch_size=BATCH, starting_position="TRIM_HORIZON")
def announce(event: DynamoDBEvent) -> dict[str, Any]:
    """Others were told of the batch's events. The counts are logged, and Lambda is told from where on to try again.

    Source: Lambda developer guide, "Configuring partial batch response with DynamoDB and Lambda".
    """
    added = [record for record in event if record.event_name == "INSERT"]
    changed = [record for record in event if record.event_name != "INSERT"]
    outcomes = ringfence().announce_events([_place(record) for record in added])
    for record in changed:
        # The application only adds. Somebody else did this, and there is nothing to say.
        _complain(record, "changed", {})
    for record, outcome in zip(added, outcomes, strict=True):
        if outcome.name in ("damaged", "failed"):
            _complain(record, outcome.name, _why(outcome))
    counts = Counter(outcome.name for outcome in outcomes)
    logger().info("announced", extra={name: counts[name] for name in OUTCOMES} | {"changed": len(changed)})
    failed = [it.sequence_number for it, outcome in zip(added, outcomes, strict=True) if outcome.name == "failed"]
    # In the order of the stream. All from the first on are handed over again.
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed[:1]]}


def _place(record: DynamoDBRecord) -> tuple[str, int]:
    return record.keys["pk"]["S"], int(record.keys["sk"]["S"])


def _why(outcome: "Outcome") -> dict[str, Any]:
    if outcome.failure is None:
        return {}
    # An exception's text may quote what it failed on; its name and places do not.
    return {**said_by(outcome.failure), "error": type(outcome.failure).__name__, "places": places(outcome.failure)}


def _complain(record: DynamoDBRecord, outcome: str, why: dict[str, Any]) -> None:
    customer_id, sequence = _place(record)
    logger().error(f"event {outcome}", extra={"customer_id": customer_id, "sequence": sequence, **why})
