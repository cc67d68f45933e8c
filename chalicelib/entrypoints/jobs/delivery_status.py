"""Carriers' receipts, as CloudWatch Logs hands them over. Imported in its own function without app.py."""

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.receipt import read_receipt
from chalicelib.entrypoints.jobs.log_batch import NotABatch, log_messages
from chalicelib.entrypoints.log import logger, places, said_by

if TYPE_CHECKING:
    from chalicelib.services.record_receipt import RecordReceipt

bp = Blueprint(__name__)

OUTCOMES = ("recorded", "not_ours", "unreadable", "failed", "unavailable")


@bp.lambda_function()
def delivery_status(event: object, _context: Any) -> dict[str, Any]:
    """Every receipt of the batch that can be read is recorded; the counts are logged and returned.

    Raises:
        Unavailable: not all could be recorded. Lambda gives the same batch again, at most twice, and that is safe.

    Source: Lambda developer guide, "Asynchronous invocation".
    """
    record = ringfence().record_receipt
    # Every line holds a number: of what cannot be read nothing is told but that it cannot.
    try:
        messages = log_messages(event)
    except NotABatch:
        messages = [None]
    causes: Counter[str] = Counter()
    counts = Counter(_outcome(record, message, causes) for message in messages)
    report = {outcome: counts[outcome] for outcome in OUTCOMES} | {"causes": dict(causes)}
    whole = not (counts["unreadable"] or counts["failed"] or counts["unavailable"])
    (logger().info if whole else logger().error)("receipts", extra=report)
    if counts["unavailable"]:
        raise Unavailable
    return report


def _outcome(record: "RecordReceipt", message: object, causes: Counter[str]) -> str:
    receipt = read_receipt(_parsed(message))
    if receipt is None:
        return "unreadable"
    try:
        return "recorded" if record(receipt) else "not_ours"
    except Exception as failure:
        # Whatever it is, it must not cost the others. An exception's text may quote; its name and place do not.
        causes[said_by(failure).get("detail") or f"{type(failure).__name__} at {places(failure)[-1]}"] += 1
        return "unavailable" if isinstance(failure, Unavailable) else "failed"


def _parsed(message: object) -> object:
    try:
        return json.loads(message) if isinstance(message, str) else None
    except (ValueError, RecursionError):
        return None
