"""Runs a scheduled function once, in this process against the running stack, as if it were a given instant."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from chalice.local import LambdaContext

from infra.local.environment import REGION, enter, local_environment
from infra.local.places import Ports

MEMORY_MB = 1024
# The longest that Lambda lets a function run.
LONGEST_RUN_MS = 900_000
# Where each function lives, and what it is called there.
JOBS = {
    # Its queue is worked off at once.
    "purge": "infra.local.purge_queue:purge",
    "sweep": "chalicelib.entrypoints.jobs.sweep:sweep",
    "anchor": "chalicelib.entrypoints.jobs.anchor:anchor",
    "opt_outs": "chalicelib.entrypoints.jobs.opt_outs:opt_outs",
    "rights": "chalicelib.entrypoints.jobs.rights:rights",
}


@dataclass(frozen=True)
class ShiftedClock:
    """A clock that runs as the machine's does, but is ahead of it or behind."""

    ahead: timedelta

    def now(self) -> datetime:
        """The shifted instant, in UTC."""
        return datetime.now(UTC) + self.ahead


def run_job(name: str, at: datetime, ports: Ports) -> dict[str, Any]:
    """The function has run once as if it were `at`; returns its report.

    Raises:
        KeyError: there is no such function.
    """
    module_name, _, attribute = JOBS[name].partition(":")
    environment = local_environment(ports)
    enter(environment)
    bootstrap = import_module("chalicelib.bootstrap")
    settings = import_module("chalicelib.settings").read_settings(environment)
    bootstrap.install(bootstrap.Ringfence(bootstrap.Adapters(settings, clock=ShiftedClock(at - datetime.now(UTC)))))
    context = LambdaContext(f"ringfence-local-{name}", MEMORY_MB, LONGEST_RUN_MS)
    report: dict[str, Any] = getattr(import_module(module_name), attribute)(scheduled_event(at), context)
    return report


def scheduled_event(at: datetime) -> dict[str, Any]:
    """What EventBridge hands to a scheduled function."""
    return {
        "version": "0",
        "id": "00000000-0000-4000-8000-000000000000",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [],
        "detail": {},
    }
