"""SMS that come in, as SNS hands them over. Imported in its own function without app.py."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain.errors import Unavailable
from chalicelib.entrypoints.log import logger, places, said_by

if TYPE_CHECKING:
    from chalicelib.services.hear_reply import HearReply

bp = Blueprint(__name__)

OUTCOMES = ("stopped", "stopped_before", "start", "other", "unreadable", "failed", "unavailable")


class Unheard(Exception):
    """Not every reply of the event was heard: it is to come again."""


# Not Chalice's own decorator for topics: its event insists on members that SNS may leave out.
@bp.lambda_function()
def inbound(event: object, _context: Any) -> dict[str, Any]:
    """Every reply of the event was heard; the counts are logged and returned.

    Raises:
        Unheard: not all could be. Lambda gives the same event again, at most twice, and then puts it with the dead
            letters. What was heard is not done twice.

    Source: Lambda developer guide, "Asynchronous invocation".
    """
    hear = ringfence().hear_reply
    causes: Counter[str] = Counter()
    counts = Counter(_outcome(hear, record, causes) for record in _records(event))
    report = {outcome: counts[outcome] for outcome in OUTCOMES} | {"causes": dict(causes)}
    whole = not (counts["unreadable"] or counts["failed"] or counts["unavailable"])
    (logger().info if whole else logger().error)("replies", extra=report)
    if not whole:
        # Neither number nor text is in the log: what returned here would be gone.
        raise Unheard
    return report


def _records(event: object) -> list[object]:
    found = event.get("Records") if isinstance(event, dict) else None
    # Of an event that is none, one record cannot be read.
    return found if isinstance(found, list) else [None]


def _outcome(hear: "HearReply", record: object, causes: Counter[str]) -> str:
    from chalicelib.domain.inbound import read_inbound

    try:
        sms = read_inbound(record)
        return hear(sms) if sms is not None else "unreadable"
    except Exception as failure:
        # Whatever it is, it must not cost the others. An exception's text may quote; its name and place do not.
        causes[said_by(failure).get("detail") or f"{type(failure).__name__} at {places(failure)[-1]}"] += 1
        return "unavailable" if isinstance(failure, Unavailable) else "failed"
