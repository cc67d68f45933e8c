"""The store on DynamoDB: guarded writes, alone or as one transaction."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from botocore.exceptions import ClientError

from chalicelib.adapters import aws
from chalicelib.adapters.dynamodb_index_rows import due_row, logged_row, reverification_row
from chalicelib.adapters.dynamodb_places import PLACES, Item, Place, from_item, to_item
from chalicelib.adapters.structure import seconds
from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.anchor import LedgerHead
from chalicelib.domain.customer import Customer
from chalicelib.domain.due import Due
from chalicelib.domain.errors import Contended
from chalicelib.domain.freshness import Reverification
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.moving import M, Move
from chalicelib.domain.settlement import LoggedEntry, Settlement
from chalicelib.domain.writes import Absent, Conflict, Expect, Insert, R, Record, Remove, Replace, Write, kind_of
from chalicelib.ports import Clock

# Whoever writes an item that a transaction is just writing is turned away: a matter of milliseconds.
ROUNDS = 12
FIRST_PAUSE_SECONDS = 0.01
LONGEST_PAUSE_SECONDS = 0.4
PASSING = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}

SAME_VERSION = "version = :version"


class _Passing(Exception):
    """The same call may succeed a moment later; nothing was written."""


@dataclass(frozen=True)
class DynamoDBStore:
    """Strongly consistent reads by key, and conditional writes, on the tables of infra/data.yaml."""

    name: str
    clock: Clock

    def get(self, kind: type[R], *key: str, even_lapsed: bool = False) -> R | None:
        """The record under this key; None if there is none or it has lapsed (TTL is lazy)."""
        place = PLACES[kind]
        with aws.translated():
            answer = aws.dynamodb().get_item(TableName=self._table(place), Key=place.key(*key), ConsistentRead=True)
        item = answer.get("Item")
        return from_item(kind, item) if item and even_lapsed else self._living(kind, item)

    def commit(self, *writes: Write) -> None:
        """All the writes have happened, or none. One write goes alone, which costs half of a transaction.

        Raises:
            Conflict: a write's condition does not hold.
            Contended: others' transactions were in the way all the time.
            Unavailable: the store did not answer.
        """
        requests = [self._request(write) for write in writes]
        pause = FIRST_PAUSE_SECONDS
        for _ in range(ROUNDS):
            with aws.translated(), suppress(_Passing):
                if len(writes) == 1 and not isinstance(writes[0], Expect | Absent):
                    return self._write_one(writes[0], *requests[0])
                return self._write_all(writes, requests)
            time.sleep(random.uniform(0, pause))
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        raise Contended

    def add(self, kind: type[M], key: str, move: Move, version: str | None) -> M:
        """The row's counters have moved, whoever else moves them meanwhile; returns the row as it stood then.

        Raises:
            Conflict: there is no such row, another frame, or a counter that is not within its bounds.
        """
        place = PLACES[kind]
        amounts = {**move.amounts, "moves": 1}
        numbers = {f":{name}": amount for name, amount in amounts.items()}
        numbers |= {f":most_{name}": most for name, most in move.at_most.items()}
        numbers |= {f":least_{name}": least for name, least in move.at_least.items()}
        values: Item = {name: {"N": str(number)} for name, number in {**numbers, ":now": self._now()}.items()}
        # An absent row has no lapses_at, and so satisfies no condition.
        conditions = ["lapses_at > :now"]
        conditions += [f"#{name} <= :most_{name}" for name in move.at_most]
        conditions += [f"#{name} >= :least_{name}" for name in move.at_least]
        if version is not None:
            conditions.append(SAME_VERSION)
            values[":version"] = {"S": version}
        # A counter may be called as DynamoDB calls something.
        names = {f"#{name}": name for name in {**amounts, **move.at_most, **move.at_least}}
        # Repeated because its answer was lost, an addition makes a budget too strict, and a subtraction too loose.
        client = aws.dynamodb() if min(amounts.values()) >= 0 else aws.dynamodb_once()
        with aws.translated():
            try:
                answer = client.update_item(
                    TableName=self._table(place),
                    Key=place.key(key),
                    UpdateExpression="ADD " + ", ".join(f"#{name} :{name}" for name in amounts),
                    ConditionExpression=" AND ".join(conditions),
                    ExpressionAttributeNames=names,
                    ExpressionAttributeValues=values,
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ClientError as failure:
                if aws.error_code(failure) != "ConditionalCheckFailedException":
                    raise
                item: Item | None = failure.response.get("Item")  # type: ignore[assignment]
                raise Conflict([(kind, self._living(kind, item))]) from None
        return from_item(kind, answer["Attributes"])

    def history(
        self, kind: type[R], partition: str, *, newest_first: bool = False, limit: int | None = None
    ) -> list[R]:
        """The records of one partition in the order of their sort keys."""
        place = PLACES[kind]
        request = {
            "TableName": self._table(place),
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": place.prefix + partition}},
            "ConsistentRead": True,
            "ScanIndexForward": not newest_first,
        }
        found: list[R] = []
        for page in self._pages("query", request if limit is None else {**request, "Limit": limit}):
            found += [from_item(kind, item) for item in page]
            if limit is not None and len(found) >= limit:
                return found[:limit]
        return found

    def due(self, kind: type[Record], bucket: str, until: datetime) -> Iterator[Due]:
        """What an index has of the records that are due by `until`, oldest first; it may be a little behind."""
        values = {":value": {"S": bucket}, ":until": {"N": str(seconds(until))}}
        for item in self._index(kind, "due_bucket", "#index = :value AND due_at <= :until", values):
            yield due_row(kind, item)

    def owned(self, kind: type[R], owner: str) -> Iterator[R]:
        """Records that an index finds by their owner or tag, each as it stands now."""
        place = PLACES[kind]
        assert place.owner is not None
        for keys in self._index(kind, place.owner, "#index = :value", {":value": {"S": owner}}):
            # The index of a table that kinds share knows them all.
            if not keys["pk"]["S"].startswith(place.prefix):
                continue
            record = self.get(kind, keys["pk"]["S"].removeprefix(place.prefix), even_lapsed=True)
            if record is not None:
                yield record

    def appended(self, bucket: str) -> Iterator[LedgerHead]:
        """The links that an index has under this bucket, in any order; it may be a little behind."""
        for item in self._index(LedgerEvent, "anchor_bucket", "#index = :value", {":value": {"S": bucket}}):
            yield LedgerHead(item["pk"]["S"], int(item["sk"]["S"]), item["hash"]["S"])

    def logged(self, bucket: str, after: str) -> Iterator[LoggedEntry | Settlement]:
        """What an index has of the access log under this bucket, by place, beyond `after`; it may lag behind."""
        values = {":value": {"S": bucket}, ":after": {"S": after}}
        for item in self._index(AccessLogEntry, "access_bucket", "#index = :value AND sk > :after", values):
            yield logged_row(item)

    def reverifications(self, bucket: str, after: str, until: str, limit: int) -> list[Reverification]:
        """Customers whom an index has as due to be proved again, by place; it may be a little behind."""
        # A query's one range takes in both its ends.
        values = {":value": {"S": bucket}, ":after": {"S": after}, ":until": {"S": until}}
        condition = "#index = :value AND reverify_place BETWEEN :after AND :until"
        found = map(reverification_row, self._index(Customer, "reverify_bucket", condition, values, limit + 1))
        return list(islice((row for row in found if after < row.place < until), limit))

    def share(self, kind: type[Record], which: int, of: int) -> Iterator[tuple[str, ...]]:
        """Keys of the records in one of `of` equal shares of their table, counted from 0; a scan of it."""
        place = PLACES[kind]
        names = ("pk", "sk") if place.sk else ("pk",)
        request = {
            "TableName": self._table(place),
            "Segment": which,
            "TotalSegments": of,
            "ProjectionExpression": ", ".join(names),
        }
        for page in self._pages("scan", request):
            for keys in page:
                first, *rest = (keys[name]["S"] for name in names)
                if first.startswith(place.prefix):
                    yield first.removeprefix(place.prefix), *rest

    def _index(
        self, kind: type[Record], index: str, condition: str, values: Item, page: int | None = None
    ) -> Iterator[Item]:
        request: dict[str, Any] = {
            "TableName": self._table(PLACES[kind]),
            "IndexName": index,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": {"#index": index},
            "ExpressionAttributeValues": values,
        }
        for items in self._pages("query", request if page is None else {**request, "Limit": page}):
            yield from items

    def _pages(self, operation: Literal["query", "scan"], request: dict[str, Any]) -> Iterator[list[Item]]:
        start: Item = {}
        while True:
            with aws.translated():
                page = getattr(aws.dynamodb(), operation)(**request, **start)
            yield page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _table(self, place: Place) -> str:
        return f"{self.name}-{place.table}"

    def _living(self, kind: type[R], item: Item | None) -> R | None:
        if item is None or (PLACES[kind].lapses and "lapses_at" in item and int(item["lapses_at"]["N"]) <= self._now()):
            return None
        return from_item(kind, item)

    def _now(self) -> int:
        # Rounded down where lapses_at was rounded up: nothing lapses early.
        return int(self.clock.now().timestamp())

    def _request(self, write: Write) -> tuple[str, dict[str, Any]]:
        place = PLACES[kind_of(write)]
        request: dict[str, Any] = {
            "TableName": self._table(place),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if isinstance(write, Insert | Absent):
            condition = "attribute_not_exists(pk)"
            if place.lapses:
                condition += " OR lapses_at <= :now"
                request["ExpressionAttributeValues"] = {":now": {"N": str(self._now())}}
            request["ConditionExpression"] = condition
            if isinstance(write, Absent):
                return "ConditionCheck", {**request, "Key": place.key(*write.key)}
            return "Put", {**request, "Item": to_item(write.record)}
        expected = write.before if isinstance(write, Replace) else write.record
        request["ExpressionAttributeValues"] = {":version": {"S": expected.version}}
        if isinstance(write, Replace):
            condition = SAME_VERSION
            if place.moves:
                condition += " AND moves = :moves"
                request["ExpressionAttributeValues"][":moves"] = {"N": str(write.before.moves)}
            return "Put", {**request, "Item": to_item(write.after), "ConditionExpression": condition}
        request["Key"] = place.key_of(expected)
        if isinstance(write, Remove):
            gone = "attribute_not_exists(pk) OR " + SAME_VERSION
            return "Delete", {**request, "ConditionExpression": gone}
        return "ConditionCheck", {**request, "ConditionExpression": SAME_VERSION}

    def _write_one(self, write: Write, kind: str, request: dict[str, Any]) -> None:
        client = aws.dynamodb()
        try:
            (client.put_item if kind == "Put" else client.delete_item)(**request)
        except ClientError as failure:
            code = aws.error_code(failure)
            if code == "TransactionConflictException":
                raise _Passing from None
            if code != "ConditionalCheckFailedException":
                raise
            item: Item | None = failure.response.get("Item")  # type: ignore[assignment]
            self._settle([(write, item)])

    def _write_all(self, writes: Sequence[Write], requests: Sequence[tuple[str, dict[str, Any]]]) -> None:
        try:
            aws.dynamodb().transact_write_items(TransactItems=[{kind: body} for kind, body in requests])  # type: ignore[misc]
        except ClientError as failure:
            if aws.error_code(failure) != "TransactionCanceledException":
                raise
            reasons: list[dict[str, Any]] = failure.response["CancellationReasons"]  # type: ignore[assignment]
            pairs = list(zip(writes, reasons, strict=True))
            refused = [(write, why.get("Item")) for write, why in pairs if why["Code"] == "ConditionalCheckFailed"]
            if refused:
                return self._settle(refused)
            if {why["Code"] for why in reasons} - {"None"} <= PASSING:
                raise _Passing from None
            raise

    def _settle(self, refused: list[tuple[Write, Item | None]]) -> None:
        """Returns if the refusal is the echo of our own write, applied although its answer was lost.

        Raises:
            Conflict: it is not.
        """
        if any(_is_own(write, item) for write, item in refused):
            return
        found = []
        for write, item in refused:
            kind = kind_of(write)
            found.append((kind, self._living(kind, item)))
        raise Conflict(found)


def _is_own(write: Write, item: Item | None) -> bool:
    written = write.after if isinstance(write, Replace) else write.record if isinstance(write, Insert) else None
    return item is not None and written is not None and item["version"]["S"] == written.version
