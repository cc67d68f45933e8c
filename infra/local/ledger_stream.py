"""The stream of the ledger on the engine, the bus that its events go to, and the worker that Lambda would be."""

import contextlib
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.entrypoints.jobs.announce import BATCH
from infra.local.environment import REGION
from infra.local.worker import Worker

# How often a batch is tried again before the stop that it holds up goes on without it.
LAST_TRIES = 3


def open_event_bus(session: boto3.Session, name: str) -> None:
    """There is a bus of this name."""
    events = session.client("events")
    with contextlib.suppress(events.exceptions.ResourceAlreadyExistsException):
        events.create_event_bus(Name=name)


class LedgerWorker(Worker):
    """Hands the stream's records to the function, in their order and each until it does not fail.

    The engine has one shard for a table, and forgets a stream when it stops.
    """

    def __init__(self, session: boto3.Session, table: str, function: Callable[[dict[str, Any], Any], Any]) -> None:
        super().__init__()
        self._streams = session.client("dynamodbstreams")
        self._function = function
        (stream,) = self._streams.list_streams(TableName=table)["Streams"]
        self._arn = stream["StreamArn"]
        (shard,) = self._streams.describe_stream(StreamArn=self._arn)["StreamDescription"]["Shards"]
        self._shard = shard["ShardId"]
        self._iterator = self._at(ShardIteratorType="TRIM_HORIZON")

    def stop(self) -> None:
        """What stands in the stream has been handed over, and no more is: it is forgotten with the engine."""
        super().stop()
        for _ in range(LAST_TRIES):
            self.turn()

    def turn(self) -> None:
        """All records that there are have been handed over, or one has failed and is the next."""
        try:
            while self._hand_over_a_batch():
                pass
        except ClientError as error:
            # An iterator lives for 15 minutes, and this machine may have slept. What is told twice does no harm.
            if error.response["Error"]["Code"] == "ExpiredIteratorException":
                self._iterator = self._at(ShardIteratorType="TRIM_HORIZON")
        except BotoCoreError:
            # The engine is stopping, or the launcher is about to say that it died.
            pass

    def _hand_over_a_batch(self) -> bool:
        """True if there was a batch and all of it was taken: there may be more."""
        answer = self._streams.get_records(ShardIterator=self._iterator, Limit=BATCH)
        records = [self._as_lambda_gives_it(record) for record in answer["Records"]]
        failed = self._hand_over(records) if records else None
        if failed is not None:
            self._iterator = self._at(ShardIteratorType="AT_SEQUENCE_NUMBER", SequenceNumber=failed)
            return False
        self._iterator = answer["NextShardIterator"]
        return bool(records)

    def _hand_over(self, records: list[dict[str, Any]]) -> str | None:
        """The position of the record that must come again, with all behind it; None if none must."""
        try:
            failures = self._function({"Records": records}, None)["batchItemFailures"]
        except Exception as failure:
            # The function's own log has said why.
            logging.getLogger("ringfence.local").warning("a batch of the ledger failed: %s", type(failure).__name__)
            return str(records[0]["dynamodb"]["SequenceNumber"])
        return str(failures[0]["itemIdentifier"]) if failures else None

    def _at(self, **where: Any) -> str:
        answer = self._streams.get_shard_iterator(StreamArn=self._arn, ShardId=self._shard, **where)
        return answer["ShardIterator"]

    def _as_lambda_gives_it(self, record: Mapping[str, Any]) -> dict[str, Any]:
        change = dict(record["dynamodb"])
        at: datetime = change["ApproximateCreationDateTime"]
        change["ApproximateCreationDateTime"] = at.timestamp()
        return {**record, "dynamodb": change, "awsRegion": REGION, "eventSourceARN": self._arn}
