"""The plan of the purge, every hour. Imported in its own function without app.py."""

from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib.bootstrap import ringfence
from chalicelib.entrypoints.log import logger

bp = Blueprint(__name__)


@bp.schedule(Rate(1, unit=Rate.HOURS))
def purge(_event: CloudWatchEvent) -> dict[str, Any]:
    """A run is planned: its shards are in the queue."""
    run = ringfence().plan_purge()
    report = {"run_id": run.id, "shards": len(run.shards_left)}
    logger().info("purge planned", extra=report)
    return report
