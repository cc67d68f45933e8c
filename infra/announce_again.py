"""Tells others of consent events again: of all that joined the ledger between two instants."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import boto3
import typer
from mypy_boto3_dynamodb import DynamoDBClient

from chalicelib.adapters.structure import seconds
from chalicelib.entrypoints.jobs.announce import BATCH

TRIES = 3

Event = dict[str, Any]
# What a function is given, and what it answers.
Function = Callable[[Event], Mapping[str, Any]]


@dataclass
class Again:
    """What came of it, in events."""

    handed_over: int = 0
    failed: int = 0


def announce_again(dynamodb: DynamoDBClient, table: str, since: datetime, until: datetime, function: Function) -> Again:
    """The function was given every event of this time, in no order, and those that it failed at a few times more.

    It reads the whole ledger, which costs half a read unit for each 4 KB. What the function says of an event is what it
    said the first time, so whoever has heard of it knows its id.

    Args:
        since, until: the first instant and the last.
        function: `announce`; it is given what Lambda would give it.
    """
    done = Again()
    batch: list[Event] = []
    for keys in _keys(dynamodb, table, since, until):
        batch.append(as_added(keys, len(batch) + 1))
        if len(batch) == BATCH:
            _hand_over(batch, function, done)
            batch = []
    if batch:
        _hand_over(batch, function, done)
    return done


def _keys(dynamodb: DynamoDBClient, table: str, since: datetime, until: datetime) -> Iterator[Event]:
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        ProjectionExpression="pk, sk",
        FilterExpression="event_time BETWEEN :since AND :until",
        ExpressionAttributeValues={":since": {"N": str(seconds(since))}, ":until": {"N": str(seconds(until))}},
    )
    for page in pages:
        yield from page["Items"]


def as_added(keys: Event, number: int) -> Event:
    """What the stream says of a new row.

    Args:
        keys: of the row in the ledger.
        number: its place in the stream.
    """
    change = {
        "ApproximateCreationDateTime": 0.0,
        "Keys": keys,
        "SequenceNumber": str(number),
        "SizeBytes": 0,
        "StreamViewType": "KEYS_ONLY",
    }
    return {
        "eventID": str(number),
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "",
        "eventSourceARN": "",
        "dynamodb": change,
    }


def _hand_over(batch: list[Event], function: Function, done: Again) -> None:
    done.handed_over += len(batch)
    for _ in range(TRIES):
        failures = function({"Records": batch})["batchItemFailures"]
        if not failures:
            return
        # It names the first, and may have failed at any behind it.
        begin = int(failures[0]["itemIdentifier"])
        batch = [each for each in batch if int(each["dynamodb"]["SequenceNumber"]) >= begin]
    done.failed += len(batch)


def deployed(session: boto3.Session, stack: str) -> Function:
    """The function of this stack, by Invoke.

    Raises:
        RuntimeError: from the function, when it dies; the text names the kind of error only.
    """
    found = session.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId="Announce")
    name = found["StackResourceDetail"]["PhysicalResourceId"]
    functions = session.client("lambda")

    def invoke(event: Event) -> Mapping[str, Any]:
        answer = functions.invoke(FunctionName=name, Payload=json.dumps(event))
        said: Mapping[str, Any] = json.loads(answer["Payload"].read())
        if answer.get("FunctionError"):
            raise RuntimeError(f"{name} died: {said.get('errorType')}")
        return said

    return invoke


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise typer.BadParameter("an instant needs its offset, such as 2026-11-22T08:00:00Z")
    return at.astimezone(UTC)


def main(
    since: Annotated[datetime, typer.Option(parser=_instant, help="The first instant, RFC 3339.")],
    until: Annotated[datetime, typer.Option(parser=_instant, help="The last.")],
    name: Annotated[str, typer.Option(help="The deployment's Name.")] = "ringfence",
    stack: Annotated[str, typer.Option(help="The stack of the functions.")] = "ringfence",
) -> None:
    """Announce every consent event between two instants again."""
    session = boto3.Session()
    done = announce_again(session.client("dynamodb"), f"{name}-ledger", since, until, deployed(session, stack))
    typer.echo(f"{done.handed_over} events were handed over, {done.failed} of them failed")
    if done.failed:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
