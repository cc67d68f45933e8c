"""Counts the AWS API calls that one request makes, whichever of its threads makes them."""

import contextlib
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from botocore.hooks import BaseEventHooks

_current: ContextVar["CallCount | None"] = ContextVar("ringfence_local_call_count", default=None)


class CallCount:
    """A number that threads share: a copy of the context, as services make for their threads, holds the same object."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls = 0

    def add(self) -> None:
        with self._lock:
            self._calls += 1

    @property
    def calls(self) -> int:
        return self._calls


@contextlib.contextmanager
def counting() -> Iterator[CallCount]:
    """Yields the count of the calls made inside the block; calls of other requests are not in it."""
    count = CallCount()
    token = _current.set(count)
    try:
        yield count
    finally:
        _current.reset(token)


def listen(events: BaseEventHooks) -> None:
    """Every call of clients made from now on is counted; a retry counts as the call that it is.

    Args:
        events: of the session that makes the clients.
    """
    events.register("before-send", _count, unique_id="ringfence-local-call-count")


def _count(**_: Any) -> None:
    # Must answer None: anything else would be taken for the response, and nothing would be sent.
    count = _current.get()
    if count is not None:
        count.add()
