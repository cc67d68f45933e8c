"""The bus takes what is said, each once or more, and says of what it does not take why."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ConnectionClosedError

from chalicelib.adapters import aws
from chalicelib.adapters.eventbridge_bus import PAUSES_SECONDS, EventBridgeBus
from chalicelib.domain.announcement import Announcement
from chalicelib.domain.errors import Unavailable
from chalicelib.ports import EventBus
from infra.local.ledger_stream import open_event_bus
from tests.contracts.wire import Answer, intercepted, losing_answers, response
from tests.listener import listen_here
from tests.memory_bus import MemoryBus
from tests.worlds import World, on_aws, on_engine, on_moto

# moto's rules want a library that nothing else here needs.
listening = pytest.mark.parametrize("world", ["memory", "engine"], indirect=True)
JSON = "application/x-amz-json-1.1"
SAID = Announcement(
    "ConsentGiven", "cus_00000001", 1, "evt_1", None, "cus_00000001.marketing", "marketing", ("sms", "call"),
    "2026-11-22T08:00:00+00:00", 1, "2027-11-22T08:00:00+00:00", "customer",
)  # fmt: skip


def several(count: int) -> list[Announcement]:
    return [replace(SAID, sequence=number, event_id=f"evt_{number}") for number in range(1, count + 1)]


@dataclass(frozen=True)
class Bus:
    """A bus of a test's own.

    Attributes:
        heard: name and detail of what came over it since this was last asked.
    """

    bus: EventBus
    heard: Callable[[], list[tuple[str, Any]]]


@pytest.fixture
def made(world: World) -> Bus:
    if world.kind == "memory":
        memory = MemoryBus()
        return Bus(memory, lambda: [(each.name, json.loads(each.detail())) for each in memory.told])
    name = f"b{secrets.token_hex(4)}-consent"
    open_event_bus(boto3.Session(), name)
    listener = listen_here(name)

    def heard() -> list[tuple[str, Any]]:
        events = listener.heard()
        assert {each["source"] for each in events} <= {"ringfence"}
        return [(each["detail-type"], each["detail"]) for each in events]

    return Bus(EventBridgeBus(name), heard)


@listening
def test_what_is_said_is_heard(made: Bus) -> None:
    assert made.bus.publish([SAID]) == {}
    ((name, detail),) = made.heard()
    assert name == "ConsentGiven"
    assert detail == json.loads(SAID.detail())


@listening
def test_more_is_said_than_one_call_takes(made: Bus) -> None:
    assert made.bus.publish(several(23)) == {}
    assert sorted(detail["sequence"] for _, detail in made.heard()) == list(range(1, 24))


@listening
def test_saying_nothing_says_nothing(made: Bus) -> None:
    assert made.bus.publish([]) == {}
    assert made.heard() == []


@on_engine
def test_a_lost_answer_is_asked_for_again_and_may_say_it_twice(world: World, made: Bus) -> None:
    with losing_answers(world, aws.eventbridge()):
        assert made.bus.publish([SAID]) == {}
    assert {detail["event_id"] for _, detail in made.heard()} == {"evt_1"}


@on_aws
def test_a_bus_is_opened_once(world: World) -> None:
    name = f"b{secrets.token_hex(4)}-consent"
    for _ in range(2):
        open_event_bus(boto3.Session(), name)
    events: Any = boto3.client("events")
    assert [bus["Name"] for bus in events.list_event_buses(NamePrefix=name)["EventBuses"]] == [name]


class Choosy:
    """EventBridge that refuses some entries of a call, as it may where it has much to do."""

    def __init__(self, *refusals: set[str]) -> None:
        self.refusals = list(refusals)
        self.calls: list[list[str]] = []
        self.entries: list[dict[str, str]] = []

    def __call__(self, request: AWSPreparedRequest, _: int) -> Answer:
        body: Any = request.body
        entries = json.loads(body)["Entries"]
        ids = [json.loads(entry["Detail"])["event_id"] for entry in entries]
        self.calls.append(ids)
        self.entries += entries
        refused = self.refusals.pop(0) if self.refusals else set()
        answers = [
            {"ErrorCode": "ThrottlingException", "ErrorMessage": "secret"} if id_ in refused else {"EventId": "x"}
            for id_ in ids
        ]
        answer = json.dumps({"FailedEntryCount": len(refused), "Entries": answers})
        return response(request, 200, answer.encode(), JSON)


@on_moto
def test_an_entry_names_source_kind_and_bus_and_nothing_else(world: World) -> None:
    choosy = Choosy()
    with intercepted(aws.eventbridge(), choosy):
        EventBridgeBus("b").publish([SAID])
    assert choosy.entries == [
        {"EventBusName": "b", "Source": "ringfence", "DetailType": "ConsentGiven", "Detail": SAID.detail()}
    ]


@on_moto
def test_only_what_was_refused_is_said_again(world: World) -> None:
    choosy = Choosy({"evt_2", "evt_4"}, {"evt_4"})
    with intercepted(aws.eventbridge(), choosy):
        assert EventBridgeBus("b").publish(several(5)) == {}
    assert choosy.calls == [["evt_1", "evt_2", "evt_3", "evt_4", "evt_5"], ["evt_2", "evt_4"], ["evt_4"]]


@on_moto
def test_what_is_refused_again_and_again_is_named(world: World) -> None:
    choosy = Choosy(*[{"evt_3", "evt_12"}] * 10)
    with intercepted(aws.eventbridge(), choosy):
        refused = EventBridgeBus("b").publish(several(12))
    assert refused == {"evt_3": "ThrottlingException", "evt_12": "ThrottlingException"}
    assert [len(call) for call in choosy.calls] == [10, 1, 1, 2, 1, 1]
    assert len(choosy.calls) == 2 * len(PAUSES_SECONDS)


@on_moto
def test_a_bus_that_does_not_answer_is_unavailable(world: World) -> None:
    def dead(request: AWSPreparedRequest, _: int) -> None:
        raise ConnectionClosedError(endpoint_url=request.url)

    with intercepted(aws.eventbridge(), dead), pytest.raises(Unavailable, match=r"^ConnectionClosedError$"):
        EventBridgeBus("b").publish([SAID])


def test_a_deployment_without_a_bus_cannot_say_anything() -> None:
    with pytest.raises(Unavailable):
        EventBridgeBus(None).publish([SAID])


def test_the_memory_can_be_down_too() -> None:
    with pytest.raises(Unavailable):
        MemoryBus(is_down=True).publish([SAID])
    assert MemoryBus(refusing={"evt_1"}).publish([SAID]) == {"evt_1": "InternalFailure"}
