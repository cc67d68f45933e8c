"""Answers in AWS's place, at botocore's `before-send`: everything of botocore runs but the socket."""

import copy
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

from bench.stubs.tape import Step, address


@dataclass(frozen=True)
class Made:
    """One call that was made, and when."""

    service: str
    operation: str
    parameters: dict[str, Any]
    began: float
    ended: float


@dataclass(frozen=True)
class _Raw:
    body: bytes

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.body


Answers = list[tuple[int, HTTPHeaders, _Raw]]


@dataclass
class Replay:
    """The answers of one step at a time.

    Attributes:
        latency: seconds that each answer takes.
        made: the calls since the last rewind, if `listen` was told to watch.
    """

    latency: float = 0.0
    made: list[Made] = field(default_factory=list)
    _answers: dict[str, Answers] = field(default_factory=dict)
    _given: dict[str, int] = field(default_factory=dict)
    _watching: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.local = field(default_factory=threading.local)

    def listen(self, events: Any, *, watch: bool = False) -> None:
        """Clients made from now on get their answers here."""
        self._watching = watch
        if watch:
            events.register("provide-client-params", self._asked)
        events.register("before-send", self._answer)

    def load(self, step: Step) -> None:
        """From now on this step is answered."""
        self._answers = {
            where: [(each.status, _headers(each.headers), _Raw(each.body.encode("latin-1"))) for each in answers]
            for where, answers in step.tape.items()
        }
        self.rewind()

    def rewind(self) -> None:
        """The step can be answered again."""
        self._given = dict.fromkeys(self._answers, 0)
        self.made = []

    def _asked(self, params: dict[str, Any], **_: Any) -> None:
        self._thread.parameters = copy.deepcopy(params)

    def _answer(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
        began = time.perf_counter()
        where = address(request, event_name)
        with self._lock:
            # A request that was never recorded ends in a KeyError, and so in no number at all.
            position = self._given[where]
            self._given[where] = position + 1
        answers = self._answers[where]
        # The last one repeats: of two threads that need the month's key, one or both derive it.
        status, headers, raw = answers[min(position, len(answers) - 1)]
        if self.latency:
            time.sleep(self.latency)
        if self._watching:
            service, operation = event_name.split(".")[1:]
            self.made.append(Made(service, operation, self._thread.parameters, began, time.perf_counter()))
        return AWSResponse(request.url, status, headers, raw)


def in_rounds(made: list[Made]) -> list[list[Made]]:
    """The calls, those together that were under way at the same time: as many rounds as somebody had to wait for."""
    rounds: list[list[Made]] = []
    for call in sorted(made, key=lambda call: call.began):
        if rounds and call.began < min(other.ended for other in rounds[-1]):
            rounds[-1].append(call)
        else:
            rounds.append([call])
    return rounds


def _headers(plain: dict[str, str]) -> HTTPHeaders:
    headers = HTTPHeaders()
    for name, value in plain.items():
        headers[name] = value
    return headers
