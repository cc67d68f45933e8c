"""Every kind of fault at every call of an operation, and what came of it."""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.bootstrap import Ringfence
from chalicelib.domain import due
from chalicelib.services import concurrently
from tests.prove.api import Reply
from tests.prove.faults.invariants import broken
from tests.prove.faults.operations import OPERATIONS, Operation
from tests.prove.faults.stage import Stage
from tests.prove.faults.steps import new_key
from tests.prove.faults.wire import NOTHING_DUE, Call, Fault
from tests.worlds import Issuer, engine_world, moto_world

# Name, and whether every later call of the request is struck too. These come last: they use up what botocore's clients
# may repeat by themselves, and only the next call gets new clients.
KINDS = (
    ("fails", False),
    ("lost", False),
    ("throttled", False),
    ("dies", False),
    ("repeated", False),
    ("rivalled", False),
    ("fails", True),
    ("lost", True),
    ("throttled", True),
)

# So that few queries of a purge find nothing: they are all alike.
BUCKETS = 2


@dataclass(frozen=True)
class Outcome:
    """What came of one fault.

    Attributes:
        seen: the statuses that the client was told, oldest first.
        unsent: the last answer is good, but no SMS came of it.
        broken: what does not hold afterwards.
    """

    fault: Fault
    seen: tuple[int, ...]
    unsent: bool
    broken: tuple[str, ...]


class InTurn:
    """A pool whose calls run one after the other, in the order in which they are asked for: always the same story."""

    def submit(self, call: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        """The call has ended."""
        future: Future[Any] = Future()
        try:
            future.set_result(call(*arguments))
        except BaseException as failure:
            future.set_exception(failure)
        return future


@contextmanager
def moto_stage(issuer: Issuer, variant: type[Ringfence] = Ringfence) -> Iterator[Stage]:
    """A stage on moto on which nothing is waited for and nothing is left to chance."""
    with moto_world(issuer) as world, pytest.MonkeyPatch.context() as patch:
        stage = Stage(world, variant)
        patch.setattr(time, "sleep", lambda _: None)
        patch.setattr(concurrently, "_pool", InTurn)
        patch.setattr(secrets, "token_hex", stage.chance.token_hex)
        patch.setattr(secrets, "randbelow", stage.chance.randbelow)
        patch.setattr(due, "BUCKETS", BUCKETS)
        yield stage


@contextmanager
def engine_stage(issuer: Issuer, endpoint: str) -> Iterator[Stage]:
    """A stage on the engine: real sockets, and calls that really are at the same time."""
    with engine_world(issuer, endpoint) as world, pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", lambda _: None)
        yield Stage(world)


def sweep(stage: Stage, name: str, kinds: Sequence[tuple[str, bool]] = KINDS) -> Iterator[Outcome]:
    """The outcomes of one operation, call by call."""
    operation = OPERATIONS[name]
    set_again = setting(stage, operation)
    for call in calls(stage, set_again, operation):
        stage.make_clients()
        for kind, lasts in kinds:
            if operation.keyed or kind != "rivalled":
                set_again()
                yield _play(stage, operation, Fault(kind, call, lasts))


def setting(stage: Stage, operation: Operation) -> Callable[[], None]:
    """Sets the stage: by bringing the past back where that can be done, else by living through it again."""

    def live() -> None:
        stage.chance.drawn = 0
        operation.before(stage)
        stage.start_functions()

    if stage.world.kind == "engine":
        return live
    live()
    past = stage.past()
    return lambda: stage.bring_back(past)


def calls(stage: Stage, set_again: Callable[[], None], operation: Operation) -> list[Call]:
    """What the operation calls when nothing goes wrong; of the buckets that hold nothing due, the first."""
    set_again()
    stage.make_clients()
    operation.ask(stage, new_key(), None)
    return [call for call in stage.wire.calls if call.turn == 1 or NOTHING_DUE not in call.what]


def _play(stage: Stage, operation: Operation, fault: Fault) -> Outcome:
    key = new_key()
    if operation.starts:
        stage.life.heard = len(stage.codes)
    stage.meanwhile = lambda kind: operation.ask(stage, key if kind == "repeated" else new_key(), None)
    to_strike, sms = [fault], len(stage.world.inbox())

    def ask() -> Reply:
        if not to_strike:
            return operation.ask(stage, key, None)
        reply = operation.ask(stage, key, to_strike.pop())
        assert stage.wire.tripped, f"{fault} struck nothing"
        return reply

    replies = stage.insist(ask)
    last = replies[-1]
    unsent = operation.sends and last.status in operation.good and len(stage.world.inbox()) == sms
    found = broken(stage.witness.look())
    # Of two clients who want the same, nobody goes on with the story.
    if fault.kind != "rivalled":
        if last.status not in operation.good:
            found.append(f"the_client_is_answered: {last.status} {last.problem}")
        found += _go_on(stage, operation)
    return Outcome(fault, tuple(reply.status for reply in replies), unsent, tuple(dict.fromkeys(found)))


def _go_on(stage: Stage, operation: Operation) -> list[str]:
    try:
        operation.after(stage)
    except AssertionError as failure:
        return [f"the_story_goes_on: {failure}"]
    return broken(stage.witness.look())
