"""The application as a recording needs it: its settings, its instant, its events."""

import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.stubs.tape import Recorded, Step, Tape

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    # Nothing leaves this machine, should an answer ever be missing.
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_EC2_METADATA_DISABLED": "true",
    # As infra/resources.yaml has it.
    "PYDANTIC_DISABLE_PLUGINS": "__all__",
}
# As infra/local/jobs.py makes it, which would load what a start is measured without.
SCHEDULED_EVENT = {
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


class LambdaContext:
    """What Lambda passes beside the event."""

    aws_request_id = "bench"

    def get_remaining_time_in_millis(self) -> int:
        """Plenty."""
        return 900_000


CONTEXT = LambdaContext()


@dataclass(frozen=True)
class Standing:
    """A clock that stands: what was recorded neither lapses nor expires."""

    at: datetime

    def now(self) -> datetime:
        """The instant it stands at."""
        return self.at


@dataclass(frozen=True)
class Recording:
    """One walk through the application.

    Attributes:
        file: where it is kept, for other processes.
        jwks_uri, token_issuer, token_audience: whose tokens it carries.
        at: the instant at which it was made and is replayed.
    """

    file: str
    jwks_uri: str
    token_issuer: str
    token_audience: str
    at: str
    steps: tuple[Step, ...]

    def step(self, name: str) -> Step:
        """The step of this name."""
        (found,) = [step for step in self.steps if step.name == name]
        return found


def read(file: Path) -> Recording:
    """The recording in a file."""
    kept = json.loads(file.read_text(encoding="utf-8"))
    steps = [Step(**{**step, "tape": _tape(step["tape"])}) for step in kept.pop("steps")]
    return Recording(**kept, steps=tuple(steps))


def _tape(kept: dict[str, list[dict[str, Any]]]) -> Tape:
    return {where: [Recorded(**each) for each in answers] for where, answers in kept.items()}


def set_environment() -> None:
    """Only this process's own AWS variables hold."""
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(ENVIRONMENT)


def draw_the_first_shard() -> None:
    """Of a budget's shards, which are alike, the services draw the first: what is asked is always the same."""
    vars(secrets)["randbelow"] = lambda _: 0


def install_application(recording: Recording, strongroom: str | None = None) -> None:
    """The real Ringfence serves, on its real adapters, at the instant of the recording.

    Args:
        strongroom: the strongroom's function; None if it is to stand in this process.
    """
    from chalicelib.bootstrap import Adapters, Ringfence, install
    from chalicelib.settings import Settings

    draw_the_first_shard()
    keys = {key: f"alias/ringfence-{key}" for key in ("tag", "code", "blind", "pending", "number", "ledger")}
    settings = Settings(
        name="ringfence",
        tenant="test",
        jwks_uri=recording.jwks_uri,
        token_issuer=recording.token_issuer,
        token_audience=recording.token_audience,
        keys=keys,
        strongroom=strongroom,
    )
    install(Ringfence(Adapters(settings, Standing(datetime.fromisoformat(recording.at)))))


def forget_budgets() -> None:
    """The use cases are made anew and remember no row; the month's key, the policy and the clients stay."""
    from chalicelib.bootstrap import Ringfence, install, ringfence

    install(Ringfence(ringfence().adapters))
