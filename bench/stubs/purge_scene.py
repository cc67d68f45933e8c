"""Customers by the thousand on the engine, some of them due, and everything that a purge of them calls."""

import secrets
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import boto3

from chalicelib.adapters import aws
from chalicelib.adapters.dynamodb_capacity import DynamoDBCapacity
from chalicelib.adapters.dynamodb_places import PLACES, to_item
from chalicelib.adapters.dynamodb_store import DynamoDBStore
from chalicelib.adapters.eventbridge_bus import EventBridgeBus
from chalicelib.bootstrap import Ringfence
from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.due import Due
from chalicelib.domain.held_number import SealedNumber
from chalicelib.domain.purge_run import PurgeRun
from infra.local.purge_queue import purge_at_once
from tests.fakes import NOON
from tests.worlds import World

BATCH = 25
WRITERS = 8


@dataclass
class Calls:
    """What was called, and by which reads that cost what the table holds."""

    count: int = 0
    scans: list[str] = field(default_factory=list)

    def note(self, params: dict[str, Any], event_name: str, **_: Any) -> None:
        """One call more."""
        self.count += 1
        operation = event_name.rsplit(".", 1)[-1]
        # A query that filters reads what it does not give.
        if operation == "Scan" or "FilterExpression" in params:
            self.scans.append(operation)


@dataclass(frozen=True)
class Purged:
    """A run and what it took."""

    run: PurgeRun
    calls: Calls
    seconds: float


class ScanningStore(DynamoDBStore):
    """The planted error: whoever wants to know what is due reads everything."""

    def due(self, kind: Any, bucket: str, until: Any) -> Iterator[Due]:
        """What is due by `until`, of all that there is."""
        pages = (
            aws.dynamodb()
            .get_paginator("scan")
            .paginate(
                TableName=f"{self.name}-{PLACES[kind].table}",
                FilterExpression="due_bucket = :bucket AND due_at <= :until",
                ExpressionAttributeValues={":bucket": {"S": bucket}, ":until": {"N": str(int(until.timestamp()))}},
            )
        )
        for page in pages:
            for item in page["Items"]:
                yield Due(item["pk"]["S"].removeprefix(PLACES[kind].prefix), until, item["due_reason"]["S"])


def seed(world: World, customers: int, due: int) -> None:
    """So many customers with their keys, the due ones closed long enough ago, evenly among all; and the bus."""
    boto3.client("events").create_event_bus(Name=f"{world.name}-consent")
    every = customers // due
    rows: list[Any] = []
    for number in range(customers):
        rows += _customer(number, is_due=number % every == 0)
    dynamodb = boto3.client("dynamodb")
    by_table: dict[str, list[Any]] = {}
    for row in rows:
        by_table.setdefault(f"{world.name}-{PLACES[type(row)].table}", []).append(row)
    batches = [(table, of[at : at + BATCH]) for table, of in by_table.items() for at in range(0, len(of), BATCH)]

    def write(batch: tuple[str, Sequence[Any]]) -> None:
        puts: Any = [{"PutRequest": {"Item": to_item(row)}} for row in batch[1]]
        dynamodb.batch_write_item(RequestItems={batch[0]: puts})

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, batches))


def purge(world: World) -> Purged:
    """A run over all that is due now."""
    bus = EventBridgeBus(f"{world.name}-consent")
    vars(world.ringfence.adapters).update(capacity=DynamoDBCapacity(), bus=bus)
    with _watched() as calls:
        began = time.perf_counter()
        run = purge_at_once(world.ringfence)
        return Purged(run, calls, time.perf_counter() - began)


def scans_of_planted(world: World) -> list[str]:
    """The reads of everything by a purge that scans, in the first of its shards."""
    ringfence = Ringfence(world.ringfence.adapters)
    planted = replace(ringfence.purge_shard, store=ScanningStore(world.name, world.clock))
    with _watched() as calls:
        run = ringfence.plan_purge()
        planted(run.id, run.shards_left[0], lambda: True)
    return calls.scans


@contextmanager
def _watched() -> Iterator[Calls]:
    calls = Calls()
    # Certificates are signed, and the wallet is told of every ending.
    clients = [aws.dynamodb(), aws.kms(), aws.eventbridge()]
    for client in clients:
        client.meta.events.register("provide-client-params", calls.note)
    try:
        yield calls
    finally:
        for client in clients:
            client.meta.events.unregister("provide-client-params", calls.note)


def _customer(number: int, *, is_due: bool) -> list[Any]:
    customer_id = f"customer-{number:08d}"
    sealed = SealedNumber("number_1", secrets.token_bytes(12), secrets.token_bytes(32))
    closed_at = NOON - timedelta(days=31)
    head = Customer(
        customer_id, closed_at, closed_at, "en", f"1.{secrets.token_hex(32)}", "+86*********01", "CN", sealed
    )
    keys = [WrappedKey(customer_id, name, secrets.token_bytes(184), "1") for name in ("number_1", LEDGER_KEY)]
    members: dict[str, Any] = {"due_at": NOON + timedelta(days=30), "due_reason": "inactive"}
    if is_due:
        members = {"due_at": NOON - timedelta(days=1), "due_reason": "account_closed", "closed_for": "account_closed"}
        members |= {"status": "restricted", "closed_at": closed_at}
    return [Customer(**{**vars(head), **members, "version": "1"}), *(keys if is_due else ())]
