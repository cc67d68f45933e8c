"""The Store port in memory: a dictionary behind one lock."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zlib import crc32

from chalicelib.adapters.dynamodb_places import PLACES, epoch_seconds
from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.anchor import LedgerHead
from chalicelib.domain.customer import Customer
from chalicelib.domain.due import Due, bucket, hour_bucket
from chalicelib.domain.freshness import Reverification
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.moving import M, Move, moved
from chalicelib.domain.settlement import LoggedEntry, Settlement
from chalicelib.domain.writes import Absent, Conflict, Expect, Insert, R, Record, Remove, Replace, Write, kind_of
from tests.clock import FixedClock

Key = tuple[str, ...]


@dataclass
class MemoryStore:
    """A dictionary behind one lock."""

    clock: FixedClock
    rows: dict[tuple[type[Any], Key], Record] = field(default_factory=dict)
    commits: list[tuple[Write, ...]] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def get(self, kind: type[R], *key: str, even_lapsed: bool = False) -> R | None:
        with self._lock:
            return self.rows.get((kind, key)) if even_lapsed else self._living(kind, key)  # type: ignore[return-value]

    def commit(self, *writes: Write) -> None:
        with self._lock:
            refused = [(kind_of(write), self._living(*self._place(write))) for write in writes if self._refuses(write)]
            if refused and not any(self._is_own(write) for write in writes):
                raise Conflict(refused)
            if refused:
                return
            for write in writes:
                place = self._place(write)
                if isinstance(write, Remove):
                    self.rows.pop(place, None)
                elif not isinstance(write, Expect | Absent):
                    self.rows[place] = write.after if isinstance(write, Replace) else write.record
            self.commits.append(writes)

    def add(self, kind: type[M], key: str, move: Move, version: str | None) -> M:
        with self._lock:
            stored: Any = self._living(kind, (key,))
            if stored is None or (version is not None and stored.version != version) or not move.fits(stored):
                raise Conflict([(kind, stored)])
            self.rows[kind, (key,)] = moved(stored, move)
            return self.rows[kind, (key,)]  # type: ignore[return-value]

    def history(
        self, kind: type[R], partition: str, *, newest_first: bool = False, limit: int | None = None
    ) -> list[R]:
        with self._lock:
            keys = sorted(key for of, key in self.rows if of is kind and key[0] == partition)
            ordered = reversed(keys) if newest_first else keys
            return [self.rows[kind, key] for key in ordered][:limit]  # type: ignore[return-value]

    def due(self, kind: type[Record], bucket: str, until: datetime) -> Iterator[Due]:
        found = [row for row in self._all(kind) if getattr(row, "due_at", None) is not None and _due_at(row) <= until]
        yield from [_as_due(row) for row in sorted(found, key=_due_at) if _bucket(row) == bucket]

    def owned(self, kind: type[R], owner: str) -> Iterator[R]:
        index = PLACES[kind].owner
        assert index is not None
        yield from [row for row in self._all(kind) if getattr(row, index) == owner]

    def appended(self, bucket: str) -> Iterator[LedgerHead]:
        for row in self._all(LedgerEvent):
            if hour_bucket(row.event_time, row.customer_id) == bucket:
                yield LedgerHead(row.customer_id, row.sequence, row.hash)

    def logged(self, bucket: str, after: str) -> Iterator[LoggedEntry | Settlement]:
        entries = [LoggedEntry(row.customer_id, row.id, row.at) for row in self._all(AccessLogEntry)]
        rows: list[LoggedEntry | Settlement] = [
            *entries,
            *(replace(it, version="", lapses_at=None) for it in self._all(Settlement)),
        ]
        found = [row for row in rows if hour_bucket(row.at, row.customer_id) == bucket and row.place > after]
        yield from sorted(found, key=lambda row: row.place)

    def reverifications(self, bucket: str, after: str, until: str, limit: int) -> list[Reverification]:
        due = [row for row in self._all(Customer) if row.reverify_at is not None and _bucket(row) == bucket]
        rows = [Reverification(row.id, row.reverify_reason or "", row.reverify_at) for row in due if row.reverify_at]
        return sorted((row for row in rows if after < row.place < until), key=lambda row: row.place)[:limit]

    def share(self, kind: type[Record], which: int, of: int) -> Iterator[Key]:
        with self._lock:
            found = [key for held, key in self.rows if held is kind and crc32(key[0].encode()) % of == which]
        yield from found

    def _all(self, kind: type[R]) -> list[R]:
        with self._lock:
            return [row for (of, _), row in self.rows.items() if of is kind]  # type: ignore[misc]

    def _place(self, write: Write) -> tuple[type[Any], Key]:
        if isinstance(write, Absent):
            return write.kind, write.key
        record = write.after if isinstance(write, Replace) else write.record
        place = PLACES[type(record)]
        return type(record), (place.pk(record), *([place.sk(record)] if place.sk else []))

    def _living(self, kind: type[R], key: Key) -> R | None:
        row: Any = self.rows.get((kind, key))
        ends = row.lapses_at if row is not None and PLACES[kind].lapses else None
        if row is None or (ends is not None and epoch_seconds(ends) <= int(self.clock.now().timestamp())):
            return None
        return row  # type: ignore[no-any-return]

    def _is_own(self, write: Write) -> bool:
        stored = self.rows.get(self._place(write))
        written = write.after if isinstance(write, Replace) else write.record if isinstance(write, Insert) else None
        return stored is not None and written is not None and stored.version == written.version

    def _refuses(self, write: Write) -> bool:
        stored = self.rows.get(self._place(write))
        if isinstance(write, Absent):
            return self._living(*self._place(write)) is not None
        if isinstance(write, Insert):
            living = self._living(*self._place(write))
            return living is not None and living.version != write.record.version
        if isinstance(write, Replace) and stored is not None and stored.version == write.after.version:
            return False
        if isinstance(write, Remove) and stored is None:
            return False
        expected: Any = write.before if isinstance(write, Replace) else write.record
        if isinstance(write, Replace) and PLACES[type(expected)].moves and stored is not None:
            # An addition leaves the version as it is.
            return (stored.version, stored.moves) != (expected.version, expected.moves)  # type: ignore[attr-defined]
        return stored is None or stored.version != expected.version


def _bucket(row: Any) -> str:
    return bucket(row.id)


def _as_due(row: Any) -> Due:
    return Due(row.id, row.due_at, getattr(row, "due_reason", None))


def _due_at(row: Any) -> datetime:
    due_at: datetime = row.due_at
    return due_at
