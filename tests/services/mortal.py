"""A process that dies at a chosen call, before or after it has happened, and calls nothing more."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


class Killed(BaseException):
    """The process is gone: nothing that catches errors catches this."""


@dataclass
class Mortal:
    """Counts the calls of one process to its adapters.

    Attributes:
        dies_at: which call it dies at, counted from 0; None if it lives.
        applies: whether that call has happened.
    """

    dies_at: int | None = None
    applies: bool = False
    calls: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, adapter: Any) -> Any:
        """The adapter, as this process calls it."""
        return _Watched(self, adapter)

    def call(self, method: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """What the method gives, if the process lives that long."""
        with self._lock:
            turn, self.calls = self.calls, self.calls + 1
        if self.dies_at is not None and (turn > self.dies_at or (turn == self.dies_at and not self.applies)):
            raise Killed
        answer = method(*arguments, **named)
        if turn == self.dies_at:
            raise Killed
        return answer


class _Watched:
    def __init__(self, process: Mortal, adapter: Any) -> None:
        self._process, self._adapter = process, adapter

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._adapter, name)
        if not callable(found):
            return found
        return lambda *arguments, **named: self._process.call(found, *arguments, **named)
