"""One step of the recording, served again and again: by the application, or by a handler with nothing in it."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from statistics import median_low
from time import perf_counter
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError

from bench.stubs.application import CONTEXT, Recording, forget_budgets, install_application, set_environment
from bench.stubs.measure import Request
from bench.stubs.record import recording
from bench.stubs.replay import Made, Replay, in_rounds
from bench.stubs.tape import Step

STEPS = (
    "start",
    "resend",
    "wrong check",
    "right check",
    "right check after a wrong one",
    "bind",
    "consent",
    "decision",
    "message",
)
# The start of a process that remembers no row of a budget.
FORGETFUL = "first start"
LATENCY_SECONDS = 0.005
# So long that calls made together overlap, however slowly the one core makes them.
COUNTING_SECONDS = 0.05
RUNS = 9


@dataclass(frozen=True)
class Seen:
    """What a step does when every answer takes its time.

    Attributes:
        rounds: its calls with their parameters, those together that overlapped.
        milliseconds: until the answer, the median, where each of AWS's takes 5.
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
            if step.name == FORGETFUL:
                forget_budgets()
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
        watched = Bench(self.recording, Replay())
        with _answering(watched.replay, watch=True):
            watched.replay.load(step)
            request = watched.request(step)
            # For its connections; nobody waits for the answers.
            request()
            watched.replay.latency = COUNTING_SECONDS
            rounds = [watched._seen(request)[0] for _ in range(RUNS)]
            watched.replay.latency = LATENCY_SECONDS
            milliseconds = median_low([watched._seen(request)[1] for _ in range(RUNS)])
        waits = median_low([len(each) for each in rounds])
        return Seen(next(each for each in rounds if len(each) == waits), milliseconds)

    def _seen(self, request: Request) -> tuple[list[list[Made]], float]:
        began = perf_counter()
        request()
        return in_rounds(self.replay.made), (perf_counter() - began) * 1000


@contextmanager
def bench() -> Iterator[Bench]:
    """The application is installed on the recording's answers. Its log goes nowhere."""
    set_environment()
    with recording() as recorded, open(os.devnull, "w", encoding="utf-8") as nowhere:
        install_application(recorded)
        made = Bench(recorded, Replay())
        # The first line binds the logger to where it writes; the first request also derives the month's key, and sees
        # the rows of the budgets.
        with redirect_stdout(nowhere), answered(made):
            made.prepare(recorded.step("first start"))
            made.request(recorded.step("first start"))()
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

    def call() -> None:
        # Some conditions are not met, and are not met here either.
        with suppress(ClientError):
            method(**parameters)

    return call
