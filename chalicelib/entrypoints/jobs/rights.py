"""The count of rights requests, every day. Imported in its own function without app.py."""

from dataclasses import asdict
from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, Cron

from chalicelib.bootstrap import ringfence
from chalicelib.entrypoints.log import logger

bp = Blueprint(__name__)


# Before the working day of Europe and Asia: whoever is woken has the day to answer.
@bp.schedule(Cron(40, 0, "*", "*", "?", "*"))
def rights(_event: CloudWatchEvent) -> dict[str, Any]:
    """How many wait for too long, and how many soon will, is logged and returned; the first is an error."""
    report = asdict(ringfence().count_rights_requests())
    (logger().error if report["overdue"] else logger().info)("rights requests", extra=report)
    return report
