"""One customer on stage: functions that may die, a client that repeats, and a past that can be brought back."""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import boto3

from chalicelib.adapters import aws
from chalicelib.bootstrap import Adapters, Ringfence, install, ringfence
from chalicelib.domain.caller import Caller
from chalicelib.domain.due import bucket
from chalicelib.domain.policy import Policy
from infra.local.purge_queue import ListedPurges
from infra.local.send_queue import open_send_queue
from tests.prove.api import Api, InProcess, Reply
from tests.prove.faults import moto_memory
from tests.prove.faults.functions import deliver_once, order, plan_purge, purge_shard
from tests.prove.faults.wire import Died, Fault, Wire
from tests.prove.faults.witness import Answer, Witness
from tests.worlds import World, fresh_number

STRONGROOM = "ringfence-strongroom"
# A sensible client gives up after as many.
MOST_TRIES = 4
# What API Gateway answers for a function that died.
BAD_GATEWAY = Reply(502, {}, "")
# The purge is its own client: the next hour's run repeats it.
PURGE_EVERY = {"Retry-After": "3600"}
# SQS gives a message again once its visibility is over.
AGAIN = {"Retry-After": "60"}


@dataclass
class Life:
    """What the clients know of the customer on stage.

    Attributes:
        key: the Idempotency-Key under which it was started.
        heard: how many codes the phone received before the verification was started.
    """

    number: str = field(default_factory=fresh_number)
    device: str = field(default_factory=lambda: secrets.token_hex(8))
    verification: str = ""
    customer: str = ""
    token: str = ""
    approval: str = ""
    key: str = ""
    heard: int = 0


@dataclass(frozen=True)
class Past:
    """Everything as it was."""

    at: datetime
    life: Life
    witness: Witness
    drawn: int
    memory: moto_memory.Memory


@dataclass
class Chance:
    """Draws the same ids in the same order each time, so that a story can be told again word for word."""

    drawn: int = 0

    def token_hex(self, size: int = 32) -> str:
        """In the place of `secrets.token_hex`."""
        self.drawn += 1
        return hashlib.shake_256(str(self.drawn).encode()).hexdigest(size)

    def randbelow(self, _: int) -> int:
        """In the place of `secrets.randbelow`: of the shards of a budget the first, where all meet."""
        return 0


class Stage:
    """The API as its clients meet it, the strongroom as a function of its own, the queue's worker, the purge's job.

    Args:
        variant: the Ringfence that each function makes.
    """

    def __init__(self, world: World, variant: type[Ringfence] = Ringfence) -> None:
        self.world = world
        self.variant = variant
        self.life = Life()
        self.witness = Witness(world)
        self.chance = Chance()
        self.meanwhile: Callable[[str], object] = lambda _: None
        self.wire = Wire(world, self._invoke, lambda kind: self.meanwhile(kind))
        self._policy = _impatient(world.ringfence.policy)
        self._queue = open_send_queue(boto3.Session(), world.name)
        self._purges = ListedPurges()
        install(world.ringfence)
        self.make_clients()
        self.start_functions()

    def make_clients(self) -> None:
        """Clients without a past: botocore's own budget for repeats is full again."""
        aws.forget()
        self.wire.listen(aws.events())

    def start_functions(self) -> None:
        """Functions that have cached nothing yet."""
        self._api, self._strongroom, self._purge = self._new(STRONGROOM), self._new(), self._new()
        self._deliver = self._new()

    def _new(self, strongroom: str | None = None) -> Ringfence:
        known = self.world.ringfence.adapters
        settings = replace(known.settings, strongroom=strongroom, send_queue=self._queue)
        adapters = Adapters(settings, known.clock)
        # As if it had been read: it is a file beside the code.
        vars(adapters)["policy"] = self._policy
        vars(adapters)["purges"] = self._purges
        return self.variant(adapters)

    def past(self) -> Past:
        """Everything as it is now. On moto only."""
        self.note_due()
        self.witness.look()
        return Past(
            self.world.clock.at, replace(self.life), self.witness.copied(), self.chance.drawn, moto_memory.remembered()
        )

    def bring_back(self, past: Past) -> None:
        """Everything is as it was, but every function is new."""
        self.chance.drawn = past.drawn
        self._purges.waiting.clear()
        moto_memory.bring_back(past.memory)
        self.world.clock.at, self.life, self.witness = past.at, replace(past.life), past.witness.copied()
        self.start_functions()

    def note_due(self) -> None:
        """The wire knows which buckets of the index hold something: asking the others is all one."""
        rows = [(table, row) for table in ("verifications", "customers") for row in self.world.rows(table)]
        self.wire.due = {(table, bucket(row["id"]["S"])) for table, row in rows if "due_bucket" in row}

    def later(self, **duration: float) -> None:
        """Time passes."""
        self.world.clock.at += timedelta(**duration)

    @property
    def codes(self) -> list[str]:
        """The codes that the phone received, oldest first."""
        return [sms.code for sms in self.world.sms_to(self.life.number) if "#" in sms.body]

    def call(
        self, of: Caller, method: str, path: str, body: dict[str, Any], key: str | None, fault: Fault | None = None
    ) -> Reply:
        """The answer to one request; 502 if the function died of it."""
        reply = self._answered(
            "api", self._api, lambda: Api(self.world, InProcess()).call(of, method, path, body, key=key), fault
        )
        self.witness.answers.append(Answer(f"{method} {path}", body, key, reply))
        return reply

    def purge(self, fault: Fault | None = None) -> Reply:
        """A run was planned and all that waits was worked; 500 if any of it failed."""

        # What is erased is remembered.
        self.witness.look()

        def run() -> Reply:
            failed = 0
            try:
                with self.wire.inside("purge"):
                    plan_purge()
            except Exception:
                failed += 1
            return Reply(500 if failed + self._work_off_shards() else 200, PURGE_EVERY, "{}")

        reply = self._answered("purge_worker", self._purge, run, fault)
        self.witness.answers.append(Answer("purge", {}, None, reply))
        return reply

    def _work_off_shards(self) -> int:
        """How many shards could not be worked; these wait on, as in SQS, and all others if the worker dies."""
        waiting, self._purges.waiting = self._purges.waiting, []
        failed: list[tuple[str, str]] = []
        unclean = 0
        try:
            while waiting:
                try:
                    unclean += not purge_shard(*waiting[0])
                except Exception:
                    failed.append(waiting[0])
                del waiting[0]
        finally:
            self._purges.waiting += failed + waiting
        return unclean + len(failed)

    def work(self, fault: Fault | None = None) -> Reply:
        """The queue's worker was given the verification; 500 if it died or failed, and SQS gives it again."""

        def run() -> Reply:
            try:
                return Reply(200, {}, json.dumps(deliver_once(self.life.verification)))
            except Exception:
                return Reply(500, AGAIN, "{}")

        reply = self._answered("deliver", self._deliver, run, fault)
        self.witness.answers.append(Answer("deliver", {}, None, reply))
        return reply

    def insist(self, ask: Callable[[], Reply]) -> tuple[Reply, ...]:
        """All that a sensible client is told until the answer is no failure of ours."""
        seen: list[Reply] = []
        while len(seen) < MOST_TRIES:
            seen.append(ask())
            if seen[-1].status < 500:
                break
            self.later(seconds=int(seen[-1].headers.get("Retry-After", 1)))
        return tuple(seen)

    def _answered(self, function: str, server: Ringfence, act: Callable[[], Reply], fault: Fault | None) -> Reply:
        with _serving(server):
            if self.wire.busy:
                # Somebody else's request, while a call of the watched one is on its way.
                return act()
            self.wire.watch(function, fault)
            try:
                return act()
            except Died:
                self.start_functions()
                return BAD_GATEWAY
            finally:
                self.wire.unwatch()
                self.witness.openings |= self.wire.openings
                self.witness.published += self.wire.published

    def _invoke(self, payload: bytes) -> tuple[bytes, bool]:
        with _serving(self._strongroom), self.wire.inside("strongroom"):
            try:
                return order(payload), False
            except Died:
                self._strongroom = self._new()
                self.wire.bury()
                return b"{}", True


def _impatient(policy: Policy) -> Policy:
    """Closed customers are purged after a day, so that a verification may still be young then."""
    retention = replace(policy.rules.retention, lapsed_basis_days=1)
    return replace(policy, rules=replace(policy.rules, retention=retention))


@contextmanager
def _serving(server: Ringfence) -> Iterator[None]:
    before = ringfence()
    install(server)
    try:
        yield
    finally:
        install(before)
