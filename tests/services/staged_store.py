"""A store in which something happens at a chosen commit: it fails, loses its answer, or another is faster."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from chalicelib.domain.due import Due
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.moving import M, Move
from chalicelib.domain.writes import R, Record, Write, kind_of
from tests.fakes import MemoryAdapters
from tests.memory_store import MemoryStore


@dataclass
class StagedStore(MemoryStore):
    """A memory that can be told to fail.

    Attributes:
        fails_at: which commit fails, counted from 0 like `asked`.
        adds_fail_at: which addition to counters fails, counted from 0 like `added`.
        applies: whether a failing commit or addition has happened all the same.
        damaged: kinds of records that no commit can write.
        unreadable: buckets in which nothing due can be found.
        stale: keys that the index of what is due still has in every bucket.
        looked: how often somebody has looked for what is due.
        broken: keys of records that cannot be read.
        unshared: kinds of which no share can be read.
        named: keys that the last share of their kind still has.
    """

    fails_at: int | None = None
    adds_fail_at: int | None = None
    applies: bool = False
    asked: int = 0
    added: int = 0
    staged: list[tuple[type[Any], Callable[[], object]]] = field(default_factory=list)
    damaged: set[type[Any]] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    stale: list[str] = field(default_factory=list)
    looked: int = 0
    broken: set[tuple[str, ...]] = field(default_factory=set)
    unshared: set[type[Any]] = field(default_factory=set)
    named: dict[type[Any], tuple[str, ...]] = field(default_factory=dict)
    staged_reads: list[tuple[type[Any], Callable[[], object]]] = field(default_factory=list)
    staged_gets: list[tuple[type[Any], Callable[[], object]]] = field(default_factory=list)

    def get(self, kind: type[R], *key: str, even_lapsed: bool = False) -> R | None:
        if key in self.broken:
            raise KeyError("staged")
        with self._lock:
            due = [entry for entry in self.staged_gets if entry[0] is kind]
            self.staged_gets = [entry for entry in self.staged_gets if entry not in due]
        for _, act in due:
            act()
        return super().get(kind, *key, even_lapsed=even_lapsed)

    def history(
        self, kind: type[R], partition: str, *, newest_first: bool = False, limit: int | None = None
    ) -> list[R]:
        with self._lock:
            due = [entry for entry in self.staged_reads if entry[0] is kind]
            self.staged_reads = [entry for entry in self.staged_reads if entry not in due]
        for _, act in due:
            act()
        return super().history(kind, partition, newest_first=newest_first, limit=limit)

    def share(self, kind: type[Record], which: int, of: int) -> Iterator[tuple[str, ...]]:
        yield from super().share(kind, which, of)
        if kind in self.named and which == of - 1:
            yield self.named[kind]
        if kind in self.unshared:
            raise Unavailable("staged")

    def commit(self, *writes: Write) -> None:
        kinds = {kind_of(write) for write in writes}
        with self._lock:
            due = [entry for entry in self.staged if entry[0] in kinds]
            self.staged = [entry for entry in self.staged if entry not in due]
        for _, act in due:
            act()
        with self._lock:
            turn, self.asked = self.asked, self.asked + 1
            failing = turn == self.fails_at or bool(kinds & self.damaged)
            if not failing or self.applies:
                super().commit(*writes)
            if failing:
                raise Unavailable("staged")

    def add(self, kind: type[M], key: str, move: Move, version: str | None) -> M:
        with self._lock:
            turn, self.added = self.added, self.added + 1
            failing = turn == self.adds_fail_at or kind in self.damaged
            if failing and not self.applies:
                raise Unavailable("staged")
            row = super().add(kind, key, move, version)
            if failing:
                raise Unavailable("staged")
            return row

    def due(self, kind: type[Record], bucket: str, until: datetime) -> Iterator[Due]:
        self.looked += 1
        if bucket in self.unreadable:
            raise Unavailable("staged")
        yield from [Due(key, until, "staged") for key in self.stale]
        yield from super().due(kind, bucket, until)

    def before_history(self, kind: type[Any], act: Callable[[], object]) -> None:
        """Just before somebody next reads a history of this kind, this happens."""
        self.staged_reads.append((kind, act))

    def before_get(self, kind: type[Any], act: Callable[[], object]) -> None:
        """Just before somebody next reads one record of this kind, this happens."""
        self.staged_gets.append((kind, act))

    def before(self, kind: type[Any], act: Callable[[], object]) -> None:
        """Just before the next commit that writes this kind of record, this happens."""
        self.staged.append((kind, act))


@dataclass
class StagedAdapters(MemoryAdapters):
    @cached_property
    def store(self) -> StagedStore:
        return StagedStore(self.clock)
