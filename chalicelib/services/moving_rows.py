"""Moves counters of rows that many write at once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.domain.errors import Contended, Refused
from chalicelib.domain.moving import M, Move, moved
from chalicelib.domain.writes import Conflict, Insert, Replace
from chalicelib.ports import Store

# Rows whose last state a process remembers; a few hundred bytes each.
REMEMBERED = 4096
# A lost round was won by a process that began a new frame or used up the room; either shows in what stands there then.
ROUNDS = 8


@dataclass(frozen=True)
class MovingRows:
    """One conditional write for a row that this process has seen in its present frame, two for any other.

    What is remembered may be old. An old row is stricter than the present one or has another version, so it admits
    nothing that the present one would not; and before it refuses, it is read again.
    """

    store: Store
    _seen: dict[tuple[type[Any], str], Any] = field(default_factory=dict, init=False, repr=False)

    def move(self, born: M, at: datetime, decide: Callable[[M], Move], frame: Callable[[M], M] = lambda row: row) -> M:
        """The row has moved as `decide` says of what stands there; returns it as it stood then.

        Args:
            born: the row if there is none yet.
            at: the instant of the request.
            decide: pure; asked again after each lost round.
            frame: pure; what else a new frame needs. What it leaves as it is costs no replacement.

        Raises:
            Refused: what `decide` raises of the present row.
            Contended: too many others began frames meanwhile.
            Unavailable: the store did not answer.
        """
        kind, key = type(born), born.key
        row: M | None = self._seen.get((kind, key))
        old = row is not None
        for _ in range(ROUNDS):
            try:
                return self._remember(self._try(row, born, at, decide, frame))
            except Conflict as conflict:
                row, old = conflict.current(kind), False
            except Refused:
                if not old:
                    raise
                # To take it for absent brings what stands there, as for a row never seen.
                row, old = None, False
        raise Contended

    def _try(self, row: M | None, born: M, at: datetime, decide: Callable[[M], Move], frame: Callable[[M], M]) -> M:
        if row is None:
            insert = Insert(moved(born, decide(born)))
            self.store.commit(insert)
            return insert.record
        rolled = frame(row.rolled(at))
        move = decide(rolled)
        if rolled is row:
            return self.store.add(type(row), row.key, move, row.version)
        replacement = Replace(row, moved(rolled, move))
        self.store.commit(replacement)
        return replacement.after

    def _remember(self, row: M) -> M:
        if len(self._seen) >= REMEMBERED:
            self._seen.clear()
        self._seen[type(row), row.key] = row
        return row
