"""The stream of the ledger in memory, and Lambda's part in reading it."""

from collections.abc import Callable
from typing import Any

from chalicelib.bootstrap import Ringfence, install
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.entrypoints.jobs.announce import announce
from tests.fakes import MemoryAdapters, memory_ringfence
from tests.services.world import World

STREAM = "arn:aws:dynamodb:eu-west-1:000000000000:table/ringfence-ledger/stream/2026-11-22T08:00:00.000"
# Far more than any test's batch needs.
MOST_TRIES = 50


class Killed(BaseException):
    """The process ended here."""


def record(customer_id: str, sequence: int, number: int = 1, name: str = "INSERT") -> dict[str, Any]:
    """What Lambda is given of a row. Source: DynamoDB Streams API, "Record"."""
    return {
        "eventID": f"{number:032x}",
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1795334400.0,
            "Keys": {"pk": {"S": customer_id}, "sk": {"S": f"{sequence:012d}"}},
            "SequenceNumber": str(number),
            "SizeBytes": 26,
            "StreamViewType": "KEYS_ONLY",
        },
        "eventSourceARN": STREAM,
    }


def records(world: World) -> list[dict[str, Any]]:
    """The stream of all that was ever said."""
    links = sorted(world.rows(LedgerEvent), key=lambda link: (link.event_time, link.customer_id, link.sequence))
    return [record(link.customer_id, link.sequence, number) for number, link in enumerate(links, start=1)]


def hand_over(batch: list[dict[str, Any]]) -> int:
    """The batch was handed over as Lambda does, until it did not fail; returns how often."""
    for tries in range(1, MOST_TRIES):
        try:
            failures = announce({"Records": batch}, None)["batchItemFailures"]
        except Killed:
            continue
        if not failures:
            return tries
        lowest = min(int(failure["itemIdentifier"]) for failure in failures)
        batch = [each for each in batch if int(each["dynamodb"]["SequenceNumber"]) >= lowest]
    raise AssertionError("it never ends")


class Mortal:
    """A part whose n-th call, counted over all parts, is the last thing that the process does, or the last but one."""

    def __init__(self, part: Any, life: "Life") -> None:
        self._part, self._life = part, life

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._part, name)
        if not callable(real):
            return real

        def call(*arguments: Any) -> Any:
            return self._life.call(lambda: real(*arguments))

        return call


class Life:
    """Ends at one call, once.

    Attributes:
        left: calls until then.
        is_done_first: the call still has its effect.
    """

    def __init__(self, left: int, *, is_done_first: bool) -> None:
        self.left, self.is_done_first = left, is_done_first

    def call(self, act: Callable[[], Any]) -> Any:
        """What the part answers, which is mortal, too."""
        self.left -= 1
        if self.left == 0 and not self.is_done_first:
            raise Killed
        answer = act()
        if self.left == 0:
            raise Killed
        return Mortal(answer, self) if hasattr(answer, "seal") else answer


class MortalAdapters:
    """These adapters, for a process that ends."""

    def __init__(self, adapters: MemoryAdapters, life: Life) -> None:
        self._adapters, self._life = adapters, life

    def __getattr__(self, name: str) -> Any:
        part = getattr(self._adapters, name)
        return Mortal(part, self._life) if name in ("store", "ledger", "bus") else part


def kill_everywhere(world: World, batch: list[dict[str, Any]]) -> tuple[int, list[list[str]]]:
    """Before and after each call of the function in turn the process ends, once.

    Returns:
        how many calls there are, and after each death the ids of what had been told in the end.
    """
    told: list[list[str]] = []
    for is_done_first in (False, True):
        for calls in range(1, MOST_TRIES):
            life = Life(calls, is_done_first=is_done_first)
            world.adapters.bus.told.clear()
            install(Ringfence(MortalAdapters(world.adapters, life)))  # type: ignore[arg-type]
            hand_over(batch)
            if life.left > 0:
                break
            told.append([each.event_id for each in world.adapters.bus.told])
    install(memory_ringfence(world.adapters))
    return len(told) // 2, told
