"""The worker of the ledger's stream outlives the iterators that the engine gives it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from infra.local.ledger_stream import LedgerWorker

# As long as an iterator lives. Source: DynamoDB API reference, GetRecords.
LIFE_SECONDS = 900


@dataclass
class Stream:
    """One shard, and a clock that a test moves."""

    now: int = 0
    records: list[Mapping[str, Any]] = field(default_factory=list)

    def client(self, _: str) -> "Stream":
        return self

    def list_streams(self, **_: Any) -> Mapping[str, Any]:
        return {"Streams": [{"StreamArn": "stream"}]}

    def describe_stream(self, **_: Any) -> Mapping[str, Any]:
        return {"StreamDescription": {"Shards": [{"ShardId": "shard"}]}}

    def get_shard_iterator(self, **_: Any) -> Mapping[str, Any]:
        return {"ShardIterator": (0, self.now)}

    def get_records(self, ShardIterator: tuple[int, int], Limit: int) -> Mapping[str, Any]:  # noqa: N803
        begin, made_at = ShardIterator
        if self.now - made_at >= LIFE_SECONDS:
            raise ClientError({"Error": {"Code": "ExpiredIteratorException"}}, "GetRecords")
        found = self.records[begin : begin + Limit]
        return {"Records": found, "NextShardIterator": (begin + len(found), self.now)}

    def append(self, number: int) -> None:
        change = {"SequenceNumber": str(number), "ApproximateCreationDateTime": datetime.now(UTC)}
        self.records.append({"dynamodb": change})


def worker_of(stream: Stream, heard: list[str]) -> LedgerWorker:
    def function(event: dict[str, Any], _: Any) -> dict[str, Any]:
        heard.extend(record["dynamodb"]["SequenceNumber"] for record in event["Records"])
        return {"batchItemFailures": []}

    return LedgerWorker(stream, "ledger", function)  # type: ignore[arg-type]


def test_after_a_quiet_hour_the_next_event_is_heard_once() -> None:
    stream, heard = Stream(), list[str]()
    worker = worker_of(stream, heard)
    stream.append(1)
    for _ in range(60):
        worker.turn()
        stream.now += 60
    stream.append(2)
    worker.turn()
    assert heard == ["1", "2"]


def test_after_a_sleep_nothing_is_lost_and_some_is_heard_again() -> None:
    stream, heard = Stream(), list[str]()
    worker = worker_of(stream, heard)
    stream.append(1)
    worker.turn()
    stream.now += LIFE_SECONDS
    stream.append(2)
    worker.turn()
    worker.turn()
    assert heard == ["1", "1", "2"]


def test_more_than_a_batch_is_heard_in_one_turn() -> None:
    stream, heard = Stream(), list[str]()
    worker = worker_of(stream, heard)
    for number in range(25):
        stream.append(number)
    worker.turn()
    assert heard == [str(number) for number in range(25)]
