"""One cold start: a handler answers once, or clients are made, and the process says what it took.

Run as `python -m bench.stubs.fresh_process WHAT SUBJECT BEGAN`: WHAT is `api`, `authorizer` or `purge` with a
recording's file as SUBJECT, or `clients` with services and commas; BEGAN is the monotonic instant of its start.
"""

import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

HIGH_WATER = "VmHWM:"


def _answer(name: str, file: Path) -> None:
    from bench.stubs.application import CONTEXT, install_application, read, set_environment

    set_environment()
    recording = read(file)
    step = recording.step({"api": "start"}.get(name, name))
    if step.services:
        from bench.stubs.replay import Replay
        from chalicelib.adapters import aws

        replay = Replay()
        replay.load(step)
        replay.listen(aws.session().events)
    install_application(recording)
    answer = _handler(name)(step.event, CONTEXT)
    if answer.get("statusCode", step.status) != step.status:
        raise RuntimeError(f"{name}: {answer}")


def _handler(name: str) -> Any:
    # The other two are loaded by Lambda without app.py.
    if name == "api":
        from app import app

        return app
    if name == "authorizer":
        from chalicelib.entrypoints.api.authorizer import authorize

        return authorize
    from chalicelib.entrypoints.jobs.purge import purge

    return purge


def _make_clients(services: str) -> None:
    import boto3
    from botocore.config import Config

    os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-west-1"}
    config = Config(parameter_validation=False, retries={"mode": "standard"}, user_agent="bench")
    session: Any = boto3.Session()
    for service in services.split(","):
        session.client(service, config=config)


def _megabytes() -> float:
    # What getrusage says of a child begins with the size of its parent; Linux keeps the process's own beside it.
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith(HIGH_WATER))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


if __name__ == "__main__":
    what, subject, began = sys.argv[1:]
    if what == "clients":
        if subject:
            _make_clients(subject)
    else:
        _answer(what, Path(subject))
    wall = time.monotonic() - float(began)
    print()
    print(time.process_time() * 1000, wall * 1000, _megabytes())
