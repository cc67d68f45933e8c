"""What the ledger's stream tells whoever reads it: which customer has a new event, and nothing that is in it."""

import base64
import json
import time
from typing import Any

import boto3

from chalicelib.adapters.eventbridge_bus import EventBridgeBus
from chalicelib.bootstrap import install
from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.customer import Customer
from chalicelib.domain.ledger import LedgerEvent, position
from chalicelib.entrypoints.jobs.announce import announce
from infra.local.ledger_stream import LedgerWorker, open_event_bus
from tests.contracts.records import fresh
from tests.fakes import caller
from tests.listener import Listener, listen_here
from tests.worlds import World, fresh_number, on_aws, on_engine

# DynamoDB Streams API, "StreamRecord": all that a record of a table whose stream has keys only may have.
MEMBERS = {"ApproximateCreationDateTime", "Keys", "SequenceNumber", "SizeBytes", "StreamViewType"}


def stream_records(world: World, table: str) -> list[dict[str, Any]]:
    """Everything that stands in the table's stream."""
    streams: Any = boto3.client("dynamodbstreams")
    (stream,) = streams.list_streams(TableName=f"{world.name}-{table}")["Streams"]
    description = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]
    assert description["StreamViewType"] == "KEYS_ONLY"
    found: list[dict[str, Any]] = []
    for shard in description["Shards"]:
        where = {"StreamArn": stream["StreamArn"], "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        found += streams.get_records(ShardIterator=streams.get_shard_iterator(**where)["ShardIterator"])["Records"]
    return found


def spoken(world: World, *decisions: str) -> Customer:
    """A customer who has said these of order notices."""
    customer = world.customer(fresh_number())
    for decision in decisions:
        channels = ("sms",) if decision == "given" else ()
        choice = ConsentChoice("order_notice", decision, 1, "en", None, channels, "signup_screen")
        world.ringfence.record_consent(caller(), customer.id, choice, None)
    return customer


# moto describes no stream.
@on_engine
def test_a_record_holds_keys_and_neither_tag_nor_ciphertext(world: World) -> None:
    customer = spoken(world, "given", "withdrawn")
    mine = [it for it in stream_records(world, "ledger") if it["dynamodb"]["Keys"]["pk"]["S"] == customer.id]
    assert [it["eventName"] for it in mine] == ["INSERT", "INSERT"]
    for record, sequence in zip(mine, (1, 2), strict=True):
        assert set(record["dynamodb"]) <= MEMBERS
        assert record["dynamodb"]["Keys"] == {"pk": {"S": customer.id}, "sk": {"S": position(sequence)}}
        link = world.store.get(LedgerEvent, customer.id, position(sequence))
        assert link is not None
        assert customer.tag is not None
        text = json.dumps(record, default=str)
        sealed = base64.b64encode(link.sealed).decode()
        for secret in (customer.tag, sealed[:20], link.commitment, link.hash, link.event_id, str(customer.masked)):
            assert secret not in text


@on_aws
def test_no_other_table_has_a_stream(world: World) -> None:
    spoken(world, "given")
    streams: Any = boto3.client("dynamodbstreams")
    tables = {stream["TableName"] for stream in streams.list_streams()["Streams"]}
    assert {table for table in tables if table.startswith(f"{world.name}-")} == {f"{world.name}-ledger"}


def heard_within(listener: Listener, count: int, seconds: float = 20) -> list[dict[str, Any]]:
    """What has come as soon as so many have."""
    found: list[dict[str, Any]] = []
    until = time.monotonic() + seconds
    while len(found) < count and time.monotonic() < until:
        found += listener.heard()
        time.sleep(0.05)
    return found


@on_engine
def test_from_the_stream_to_the_bus(world: World) -> None:
    bus = fresh("bus")
    open_event_bus(boto3.Session(), bus)
    vars(world.ringfence.adapters)["bus"] = EventBridgeBus(bus)
    install(world.ringfence)
    listener = listen_here(bus)
    before = spoken(world, "given")
    worker = LedgerWorker(boto3.Session(), f"{world.name}-ledger", announce)
    worker.start()
    after = spoken(world, "refused", "given", "withdrawn")
    worker.stop()
    by_customer: dict[str, list[Any]] = {before.id: [], after.id: []}
    for event in heard_within(listener, 4):
        by_customer.get(event["detail"]["customer_id"], []).append((event["detail-type"], event["detail"]["sequence"]))
    assert by_customer[before.id] == [("ConsentGiven", 1)]
    assert by_customer[after.id] == [("ConsentRefused", 1), ("ConsentGiven", 2), ("ConsentWithdrawn", 3)]


@on_engine
def test_the_worker_hands_over_again_from_the_first_that_failed(world: World) -> None:
    customer = spoken(world, "given", "withdrawn", "given")
    second = {"pk": {"S": customer.id}, "sk": {"S": position(2)}}
    begun_with: list[Any] = []
    done: list[Any] = []

    def function(event: dict[str, Any], _: Any) -> dict[str, Any]:
        changes = [it["dynamodb"] for it in event["Records"]]
        keys = [it["Keys"] for it in changes]
        begun_with.append(keys[0])
        if second in keys and begun_with.count(second) < 2:
            # First it reports the record, then it dies of it.
            if keys[0] == second:
                raise ValueError
            number = changes[keys.index(second)]["SequenceNumber"]
            return {"batchItemFailures": [{"itemIdentifier": number}]}
        done.extend(keys)
        return {"batchItemFailures": []}

    worker = LedgerWorker(boto3.Session(), f"{world.name}-ledger", function)
    worker.start()
    worker.stop()
    assert begun_with[-2:] == [second, second]
    assert [int(it["sk"]["S"]) for it in done if it["pk"]["S"] == customer.id][-2:] == [2, 3]
