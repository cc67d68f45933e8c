"""The functions that Lambda calls without HTTP, called as Lambda calls them."""

import json
from typing import Any

from chalice.local import LambdaContext

from chalicelib.entrypoints.jobs.deliver import deliver
from chalicelib.entrypoints.jobs.purge import purge
from chalicelib.entrypoints.jobs.purge_worker import purge_worker
from chalicelib.entrypoints.jobs.strongroom import strongroom
from infra.local.jobs import LONGEST_RUN_MS, MEMORY_MB, scheduled_event
from tests.fakes import NOON


def order(payload: bytes) -> bytes:
    """What the strongroom's function answers to an order."""
    return json.dumps(strongroom(json.loads(payload), _context("strongroom"))).encode()


def plan_purge() -> None:
    """A run of the purge is planned."""
    purge(scheduled_event(NOON), _context("purge"))


def purge_shard(run_id: str, bucket: str) -> bool:
    """The purge's worker was given this shard; returns True if it is done, and nothing in it failed."""
    message = {"messageId": "1", "receiptHandle": "1", "body": f"{run_id} {bucket}"}
    report = purge_worker({"Records": [message]}, _context("purge_worker"))
    return report["outcome"] != "put_back" and not report["failures"]


def deliver_once(verification_id: str) -> dict[str, Any]:
    """What the queue's worker reports of this message."""
    message = {"messageId": "1", "receiptHandle": "1", "body": verification_id}
    report: dict[str, Any] = deliver({"Records": [message]}, _context("deliver"))
    return report


def _context(name: str) -> LambdaContext:
    return LambdaContext(f"ringfence-{name}", MEMORY_MB, LONGEST_RUN_MS)
