"""One step of the recording, served again and again: by the application, or by a handler with nothing in it."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from statistics import median_low
from time import perf_counter
from typing import Any

from botocore import xform_name

from bench.stubs.application import CONTEXT, Recording, install_application, set_environment
from bench.stubs.measure import Request
from bench.stubs.record import recording
from bench.stubs.replay import Made, Replay, in_rounds
from bench.stubs.tape import Step

STEPS = ("start", "wrong check", "right check", "bind", "consent", "decision", "message")
LATENCY_SECONDS = 0.005
RUNS = 9


@dataclass(frozen=True)
class Seen:
    """What a step does when every answer takes 5 ms.

    Attributes:
        rounds: its calls with their parameters, those together that overlapped.
        milliseconds: until the answer, the median.
    """

    rounds: list[list[Made]]
    milliseconds: float

    @property
    def calls(self) -> int:
        """AWS calls."""
        return sum(len(each) for each in self.rounds)


@dataclass(frozen=True)
class Bench:
    """The application, and AWS's place."""

    recording: Recording
    replay: Replay

    def request(self, step: Step) -> Request:
        """Serves the step once, by the application as Lambda calls it."""
        from app import app

        def serve() -> object:
            self.replay.rewind()
            answer = app(step.event, CONTEXT)
            if answer["statusCode"] != step.status:
                raise RuntimeError(f"{step.name}: {answer['body']}")
            return answer

        return serve

    def bare_request(self, step: Step, rounds: list[list[Made]], *, at_once: bool) -> Request:
        """Serves the step once, by a handler that reads JSON, makes the same calls, and writes JSON.

        Args:
            at_once: the calls of a round in threads, as the application makes them; otherwise one after the other.
        """
        from chalicelib.services.concurrently import together

        calls = [[_call(made) for made in each] for each in rounds]
        # The application's own last answer in size and shape.
        said: Any = self.request(step)()

        def handle(event: dict[str, Any]) -> dict[str, Any]:
            json.loads(event["body"])
            for each in calls:
                if at_once and len(each) > 1:
                    together(*each)
                else:
                    for call in each:
                        call()
            return {"statusCode": step.status, "headers": {}, "body": json.dumps(answer)}

        def serve() -> object:
            self.replay.rewind()
            return handle(step.event)

        answer = json.loads(said["body"])
        return serve

    def prepare(self, step: Step) -> None:
        """From now on this step is answered, at once."""
        self.replay.load(step)

    def watch(self, step: Step) -> Seen:
        """What the step calls, seen by clients of their own that wait for every answer."""
        watched = Bench(self.recording, Replay(LATENCY_SECONDS))
        with _answering(watched.replay, watch=True):
            watched.replay.load(step)
            request = watched.request(step)
            request()
            seen = []
            for _ in range(RUNS):
                began = perf_counter()
                request()
                seen.append(Seen(in_rounds(watched.replay.made), (perf_counter() - began) * 1000))
        waits = median_low([len(one.rounds) for one in seen])
        typical = next(one for one in seen if len(one.rounds) == waits)
        return Seen(typical.rounds, median_low([one.milliseconds for one in seen]))


@contextmanager
def bench() -> Iterator[Bench]:
    """The application is installed on the recording's answers. Its log goes nowhere."""
    set_environment()
    with recording() as recorded, open(os.devnull, "w", encoding="utf-8") as nowhere:
        install_application(recorded)
        made = Bench(recorded, Replay())
        # The first line binds the logger to where it writes; the first request also derives the month's key.
        with redirect_stdout(nowhere), answered(made):
            made.prepare(recorded.step("start"))
            made.request(recorded.step("start"))()
        yield made


@contextmanager
def answered(made: Bench) -> Iterator[None]:
    """Clients with the stub are in place: for requests that are measured."""
    with _answering(made.replay):
        yield


@contextmanager
def _answering(replay: Replay, *, watch: bool = False) -> Iterator[None]:
    from chalicelib.adapters import aws

    aws.forget()
    replay.listen(aws.events(), watch=watch)
    try:
        yield
    finally:
        aws.forget()


def _call(made: Made) -> Callable[[], object]:
    from chalicelib.adapters import aws

    client: Any = {"dynamodb": aws.dynamodb, "kms": aws.kms, "sns": aws.sns}[made.service]()
    method, parameters = getattr(client, xform_name(made.operation)), made.parameters
    return lambda: method(**parameters)
