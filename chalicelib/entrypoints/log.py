"""One log line for each thing done, with request ids and no number in it."""

import re
import time
import traceback

from chalicelib.adapters.journal import logger as logger
from chalicelib.domain.errors import PolicyInvalid, Unavailable

# As adapters/aws.py words it. Names and HTTP statuses only, whoever raises it: no number fits in.
CAUSE = re.compile(r"[A-Za-z]+(: ([A-Za-z]+\d?[A-Za-z.]*|\d{3}))?")


def said_by(failure: BaseException) -> dict[str, str]:
    """What may be read of an exception's text: a place in a policy file, or an AWS operation and its error's name."""
    text = str(failure)
    if isinstance(failure, PolicyInvalid) or (isinstance(failure, Unavailable) and CAUSE.fullmatch(text)):
        return {"detail": text}
    return {}


def places(failure: BaseException) -> list[str]:
    """Where an exception came from, file by file. Its text is left out: it may quote what it failed on."""
    frames = traceback.extract_tb(failure.__traceback__)
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]


def served(
    request_id: str, route: str, status: int, problem: str | None, started: float, failure: Exception | None
) -> None:
    """One line says what became of a request; of a failure also where it came from.

    Args:
        route: method and path template, so without what the path captured.
        problem: slug of the problem that was answered.
        started: `time.perf_counter()` when the request came.
    """
    line = {
        "request_id": request_id,
        "route": route,
        "status": status,
        "problem": problem,
        "duration_ms": round((time.perf_counter() - started) * 1000, 1),
    }
    if status >= 500 and failure is not None:
        why = {**said_by(failure), "error": type(failure).__name__, "places": places(failure)}
        logger().error("failed", extra={**line, **why})
    else:
        logger().info("served", extra=line)
