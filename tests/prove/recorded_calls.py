"""One signup on moto, step by step: every write to a key and every call to KMS."""

import secrets
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters import aws
from chalicelib.adapters.dynamodb_places import Item
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.errors import CodeIncorrect, Throttled
from chalicelib.domain.verification import Verification
from chalicelib.services.start_request import StartRequest
from infra.local.places import DATA_TEMPLATE
from infra.local.purge_queue import purge_at_once
from infra.local.template import read_template
from tests.fakes import caller
from tests.worlds import Issuer, World, moto_world

# Of one prefix: what the first start found absent, the others find there.
NUMBERS = "+861380013800{}"
WRITES = ("Put", "Update", "Delete", "ConditionCheck")


@dataclass
class Recorded:
    """What was asked for.

    Attributes:
        writes: by step, and by table and key, e.g. `budgets meter#wallet-app#7`; an index's as `verifications/tag …`.
        kms: by step and operation.
        octets: how large the item of a key was, by table and key.
    """

    writes: Counter[tuple[str, str]] = field(default_factory=Counter)
    kms: Counter[tuple[str, str]] = field(default_factory=Counter)
    octets: dict[str, int] = field(default_factory=dict)


def recorded_calls(issuer: Issuer) -> Recorded:
    """The calls of each step in the life of a signup, by a process that has seen the rows of the budgets before."""
    with moto_world(issuer) as world, pytest.MonkeyPatch.context() as patch:
        # Of the shards of a budget, which are alike, the first.
        patch.setattr(secrets, "randbelow", lambda _: 0)
        recorder = _Recorder(world)
        aws.events().register("provide-client-params", recorder.asked)
        aws.events().register("after-call.dynamodb", recorder.answered)
        earlier = _start(world, 1)
        _start(world, 2)
        world.clock.at += timedelta(seconds=31)
        # Some earlier start of the same few seconds.
        _start(world, 3)
        with recorder.during("start"):
            verification = _start(world, 4)
        for again in range(5, 9):
            _start(world, 3, again)
        with recorder.during("refused start"), suppress(Throttled):
            _start(world, 3, 9)
        with recorder.during("resend"):
            world.ringfence.resend_code(caller(), world.authorization(caller()), earlier.id, _keyed("resend"))
        world.clock.at += timedelta(seconds=9)
        code = world.sms_to(NUMBERS.format(4))[-1].code
        with recorder.during("right check"):
            world.ringfence.check_code(caller(), verification.id, code, None, _keyed("right"))
        with recorder.during("wrong check"), suppress(CodeIncorrect):
            other = f"{(int(world.sms_to(NUMBERS.format(1))[-1].code) + 1) % 1_000_000:06d}"
            world.ringfence.check_code(caller(), earlier.id, other, None, _keyed("wrong"))
        world.clock.at += timedelta(seconds=9)
        with recorder.during("bind"):
            world.ringfence.bind_customer(caller(), verification.id, None, _keyed("bind"))
        world.clock.at += timedelta(days=2)
        with recorder.during("purge", of=verification.id):
            purge_at_once(world.ringfence)
    return recorder.recorded


def _start(world: World, number: int, device: int | None = None) -> Verification:
    device = device or number
    request = StartRequest("signup", NUMBERS.format(number), ip=f"192.0.2.{device}", device_id=f"device-{device}")
    start = world.ringfence.start_verification
    return start(caller(), world.authorization(caller()), request, _keyed(f"start-{device}"))


def _keyed(name: str) -> KeyedRequest:
    return KeyedRequest(caller().client_id, "POST /v1/somewhere", f"a-key-for-the-{name}", b"{}")


class _Recorder:
    """Listens to every call; an index is written where its key of an item comes, goes or changes."""

    def __init__(self, world: World) -> None:
        self.recorded = Recorded()
        self._prefix = f"{world.name}-"
        self._step: str | None = None
        self._of: str | None = None
        self._indexes = _indexes(world.name)
        self._items: dict[tuple[str, str], Item] = {}
        self._thread = threading.local()

    @contextmanager
    def during(self, step: str, of: str | None = None) -> Iterator[None]:
        """The calls are this step's until the block ends.

        Args:
            of: the only key that is looked at, where a step does its work for many.
        """
        self._step, self._of = step, of
        yield
        self._step = self._of = None

    def asked(self, params: Mapping[str, Any], event_name: str, **_: Any) -> None:
        """A call is about to be made."""
        service, operation = event_name.split(".")[1:]
        if service == "kms" and self._step:
            self.recorded.kms[self._step, operation] += 1
        if service != "dynamodb":
            return
        asked: list[tuple[str, Mapping[str, Any]]] = [(operation.removesuffix("Item"), params)]
        if operation == "TransactWriteItems":
            asked = [pair for item in params["TransactItems"] for pair in item.items()]
        # The answer comes in the same thread.
        self._thread.asked = [each for each in asked if each[0] in WRITES]

    def answered(self, parsed: Mapping[str, Any], http_response: Any, **_: Any) -> None:
        """The call was made; what was refused was asked for all the same, and changed no index."""
        for kind, request in self._thread.asked:
            table = str(request["TableName"]).removeprefix(self._prefix)
            key = str((request.get("Key") or request["Item"])["pk"]["S"])
            before = self._items.get((table, key), {})
            after = before
            if http_response.status_code == 200 and kind != "ConditionCheck":
                after = dict(request.get("Item", parsed.get("Attributes", {})))
            self._items[table, key] = after
            if self._step is not None and self._of in (None, key):
                self._count(table, key, before, after)

    def _count(self, table: str, key: str, before: Item, after: Item) -> None:
        assert self._step is not None
        self.recorded.writes[self._step, f"{table} {key}"] += 1
        self.recorded.octets[f"{table} {key}"] = max(octets(before), octets(after))
        for name, attributes in self._indexes.get(table, {}).items():
            old, new = (_index_key(item, attributes) for item in (before, after))
            if old != new:
                self.recorded.writes[self._step, f"{table}/{name} {(new or old)[0]}"] += bool(old) + bool(new)


def _indexes(name: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Each table's indexes, and the attributes that are their keys."""
    tables = (
        resource.properties
        for resource in read_template(DATA_TEMPLATE, {"Name": name})
        if resource.type == "AWS::DynamoDB::Table"
    )
    return {
        str(table["TableName"]).removeprefix(f"{name}-"): {
            index["IndexName"]: tuple(part["AttributeName"] for part in index["KeySchema"])
            for index in table.get("GlobalSecondaryIndexes", ())
        }
        for table in tables
    }


def _index_key(item: Item, attributes: tuple[str, ...]) -> tuple[str, ...]:
    """Empty if the item is not in the index."""
    if not all(name in item for name in attributes):
        return ()
    return tuple(str(next(iter(item[name].values()))) for name in attributes)


def octets(item: Item) -> int:
    """The item's size, as DynamoDB's guide reckons it, or a little more."""
    return sum(len(name) + _octets(value) for name, value in item.items())


def _octets(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "N":
        return len(str(content)) // 2 + 2
    if kind == "L":
        return 3 + sum(1 + _octets(each) for each in content)
    if kind == "M":
        return 3 + sum(1 + len(name) + _octets(each) for name, each in content.items())
    return len(content) if kind in ("S", "B") else 1
