"""Somebody who is shown one number too many."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime

from chalicelib.domain.caller import Caller
from chalicelib.domain.reveal_rules import MOST_REMEMBERED
from chalicelib.domain.reveals import Shown, new_watch, person
from infra.local.journey import Journey
from infra.local.tokens import CLIENT_OF_ROLE, Role
from tests.prove.deployed.deployment import Deployment


def busy_person(deployment: Deployment) -> Journey:
    """A journey with somebody who has been shown as many numbers as a watch remembers, just now."""
    subject, now = f"agent-{secrets.token_hex(4)}", datetime.now(UTC)
    watch = new_watch(person(Caller(CLIENT_OF_ROLE[Role.STAFF], subject, frozenset(), now)), now)
    for _ in range(MOST_REMEMBERED):
        watch = watch.one_more(Shown(now, "nobody-at-all", "none"))
    deployment.plant("openings", [replace(watch, version="1")])
    journey = deployment.journey()
    journey.staff = deployment.caller(Role.STAFF, subject)
    return journey
