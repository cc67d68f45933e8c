"""One cold start: a handler answers once, or clients are made, and the process says what it took.

Run as `python -m bench.stubs.fresh_process WHAT SUBJECT BEGAN`: WHAT is one of HANDLERS with a recording's file as
SUBJECT, or `clients` with services and commas; BEGAN is the monotonic instant of its start.
"""

import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

HIGH_WATER = "VmHWM:"
# What Lambda loads, and the step of the recording that it answers.
HANDLERS = {
    "api": ("app", "app", "first start"),
    "authorizer": ("chalicelib.entrypoints.api.authorizer", "authorize", "authorizer"),
    "strongroom": ("chalicelib.entrypoints.jobs.strongroom", "strongroom", "strongroom"),
    "purge": ("chalicelib.entrypoints.jobs.purge", "purge", "purge"),
    "sweep": ("chalicelib.entrypoints.jobs.sweep", "sweep", "sweep"),
}

# Seconds of the processor that the stub took for itself, and no function would.
_uncounted = [0.0]


@contextmanager
def _not_counted() -> Iterator[None]:
    began = time.process_time()
    yield
    _uncounted.append(time.process_time() - began)


def _answer(function: str, file: Path) -> None:
    module, handler, name = HANDLERS[function]
    # First, as Lambda loads it; so that the stub finds what it shares with the application.
    handle = getattr(import_module(module), handler)
    with _not_counted():
        from bench.stubs.application import CONTEXT, install_application, read, set_environment

        set_environment()
        recording = read(file)
        step = recording.step(name)
    if step.services:
        from chalicelib.adapters import aws

        events = aws.events()
        with _not_counted():
            from bench.stubs.replay import Replay

            replay = Replay()
            replay.load(step)
            replay.listen(events)
    # Where the application is deployed, the API alone is told of another function.
    install_application(recording, strongroom="ringfence-strongroom" if function == "api" else None)
    answer = handle(step.event, CONTEXT)
    if answer.get("statusCode", step.status) != step.status or "error" in answer:
        raise RuntimeError(f"{function}: {answer}")


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
    print((time.process_time() - sum(_uncounted)) * 1000, (wall - sum(_uncounted)) * 1000, _megabytes())
