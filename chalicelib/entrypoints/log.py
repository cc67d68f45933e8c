"""One log line for each thing done, with request ids and no number in it."""

import traceback
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


@cache
def logger() -> "Logger":
    """The process's logger: JSON lines on standard output."""
    from aws_lambda_powertools import Logger

    # Not "ringfence": that is the logger Chalice writes tracebacks to, and it stays without a handler.
    return Logger(service="ringfence", name="ringfence.lines")


def places(failure: BaseException) -> list[str]:
    """Where an exception came from, file by file. Its text is left out: it may quote what it failed on."""
    frames = traceback.extract_tb(failure.__traceback__)
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
