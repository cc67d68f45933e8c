"""Writes down all that the system says or keeps while a journey runs, field by field."""

import json
import logging
import re
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chalicelib.adapters import aws
from chalicelib.adapters.dynamodb_places import PLACES, Item, from_item
from chalicelib.domain.errors import RingfenceError
from tests.prove.api import Api, Reply, Transport
from tests.prove.forms import texts_of
from tests.worlds import TABLES, World

# Ids make the same field look like many.
ID = re.compile(r"[a-z]+_[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f-]{27}|ct_[A-Za-z0-9_-]{43}")
READS = {"GetItem", "Query", "Scan"}
# What the logging module itself puts into every record.
OF_EVERY_RECORD = set(vars(logging.makeLogRecord({})))


@dataclass
class Evidence:
    """Everything that was said or kept: the field it stood in, and its text."""

    said: set[tuple[str, str]] = field(default_factory=set)

    def add(self, where: str, value: Any) -> None:
        """The value stood in this field."""
        for text in texts_of(value):
            self.said.add((ID.sub("*", where), text))

    @property
    def texts(self) -> list[str]:
        """All of it, wherever it stood."""
        return [text for _, text in self.said]

    def fields_with(self, code: str) -> set[str]:
        """The fields in which a code stands by itself, not as a part of a longer number."""
        alone = re.compile(rf"(?<![0-9]){code}(?![0-9])")
        return {where for where, text in self.said if alone.search(text)}


@dataclass
class Watched:
    """A transport that tells the evidence about every answer but a reveal's, and about the tables after it."""

    transport: Transport
    world: World
    evidence: Evidence
    _seen: set[str] = field(default_factory=set)

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        with _writes_counted() as writes:
            reply = self.transport.send(method, path, headers, body)
        if path != "/v1/reveals" or reply.status >= 400:
            self._answer(f"{method} {path.split('?')[0]}", reply)
        if writes:
            self.tables()
        return reply

    def tables(self) -> None:
        """Every item of every table as it is now, and how its record shows itself."""
        for table in TABLES:
            for item in self.world.rows(table):
                if repr(item) not in self._seen:
                    self._seen.add(repr(item))
                    _members(self.evidence, table, item)
                    self.evidence.add(f"repr {table}", _shown(table, item))

    def _answer(self, where: str, reply: Reply) -> None:
        for name, value in reply.headers.items():
            self.evidence.add(f"{where} {name}", value)
        if not reply.text:
            return
        try:
            _json_members(self.evidence, where, json.loads(reply.text))
        except ValueError:
            self.evidence.add(where, reply.text)


@contextmanager
def watched(api: Api) -> Iterator[tuple[Api, Evidence]]:
    """The same API, and all that is said or kept while the block runs; log lines included."""
    evidence = Evidence()
    listener = _Listener(evidence)
    root, own = logging.getLogger(), logging.getLogger("ringfence")
    levels = root.level, own.level
    root.addHandler(listener)
    # Vendors write whole requests at DEBUG, which no deployment turns on; our own lines count at every level.
    root.setLevel(logging.INFO)
    own.setLevel(logging.DEBUG)
    try:
        yield Api(api.world, Watched(api.transport, api.world, evidence)), evidence
    finally:
        root.removeHandler(listener)
        root.setLevel(levels[0])
        own.setLevel(levels[1])


def exception_texts(failure: BaseException) -> list[str]:
    """All that a logger could print of an exception."""
    whole = "".join(traceback.format_exception(failure))
    return [str(failure), repr(failure), repr(failure.args), whole]


def raised_by(*calls: Any) -> Iterable[RingfenceError]:
    """The errors that these calls end with."""
    for call in calls:
        try:
            call()
        except RingfenceError as failure:
            yield failure
        else:
            raise AssertionError("the call was to fail")


@contextmanager
def _writes_counted() -> Iterator[list[str]]:
    """The writes that the store makes while the block runs, so that tables are read only when they changed."""
    writes: list[str] = []
    events = aws.dynamodb().meta.events

    def note(model: Any, **_: Any) -> None:
        if model.name not in READS:
            writes.append(model.name)

    events.register("before-call.dynamodb.*", note)
    try:
        yield writes
    finally:
        events.unregister("before-call.dynamodb.*", note)


class _Listener(logging.Handler):
    def __init__(self, evidence: Evidence) -> None:
        super().__init__(logging.DEBUG)
        self._evidence = evidence

    def emit(self, record: logging.LogRecord) -> None:
        where = f"log {record.name} {record.msg}"
        self._evidence.add(f"{where} message", record.getMessage())
        for name, value in vars(record).items():
            if name not in OF_EVERY_RECORD:
                self._evidence.add(f"{where} {name}", value)
        if record.exc_info and record.exc_info[1]:
            self._evidence.add(f"{where} exception", exception_texts(record.exc_info[1]))


def _members(evidence: Evidence, where: str, item: Any) -> None:
    for name, typed in item.items():
        ((kind, held),) = typed.items()
        if kind == "M":
            _members(evidence, f"{where}.{name}", held)
        elif kind == "L":
            for member in held:
                _members(evidence, where, {name: member})
        else:
            evidence.add(f"{where}.{name}", held)
        evidence.add(f"names in {where}", name)


def _json_members(evidence: Evidence, where: str, value: Any) -> None:
    if isinstance(value, dict):
        for name, member in value.items():
            _json_members(evidence, f"{where} {name}", member)
            evidence.add(f"names in {where}", name)
    elif isinstance(value, list):
        for member in value:
            _json_members(evidence, where, member)
    else:
        evidence.add(where, value)


def _shown(table: str, item: Item) -> str:
    kinds = {
        place.prefix: kind
        for kind, place in PLACES.items()
        if place.table == table and item["pk"]["S"].startswith(place.prefix)
    }
    # The kind that has a table's keys without a prefix fits every row of it.
    return repr(from_item(kinds[max(kinds, key=len)], item))
