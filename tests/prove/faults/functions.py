"""The functions that Lambda calls without HTTP, called as Lambda calls them."""

import json
from typing import Any

from chalice.local import LambdaContext

from chalicelib.entrypoints.jobs.purge import purge
from chalicelib.entrypoints.jobs.strongroom import strongroom
from infra.local.jobs import LONGEST_RUN_MS, MEMORY_MB

# What Chalice reads of EventBridge's scheduled event; the purge itself looks at its clock.
SCHEDULED = {
    "version": "0",
    "id": "00000000-0000-4000-8000-000000000000",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "000000000000",
    "time": "2026-11-21T12:00:00Z",
    "region": "eu-west-1",
    "resources": [],
    "detail": {},
}


def order(payload: bytes) -> bytes:
    """What the strongroom's function answers to an order."""
    return json.dumps(strongroom(json.loads(payload), _context("strongroom"))).encode()


def purge_once() -> dict[str, Any]:
    """The report of the scheduled purge."""
    report: dict[str, Any] = purge(SCHEDULED, _context("purge"))
    return report


def _context(name: str) -> LambdaContext:
    return LambdaContext(f"ringfence-{name}", MEMORY_MB, LONGEST_RUN_MS)
