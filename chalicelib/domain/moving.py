"""Rows that many write at once: counters that move without a race, in a frame that is replaced now and then.

A frame is what stays the same between two replacements: the slot of time and what lies in the past. Within it whoever
adds to a counter disturbs nobody. So a row takes as many writes as its partition, and not as many as can read it first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Protocol, Self, TypeVar


class MovingRow(Protocol):
    """A record with counters. Every addition moves `moves` too, so that a replacement knows that it missed none."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def key(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def moves(self) -> int: ...

    def rolled(self, at: datetime) -> Self:
        """The row as of this instant; itself if its frame still holds."""
        ...


M = TypeVar("M", bound=MovingRow)


@dataclass(frozen=True)
class Move:
    """What is added to which counters, on condition that none stands above or below its bounds before."""

    amounts: Mapping[str, int]
    at_most: Mapping[str, int] = field(default_factory=dict)
    at_least: Mapping[str, int] = field(default_factory=dict)

    def fits(self, row: MovingRow) -> bool:
        """True if the row is within all bounds."""
        return all(getattr(row, name) <= most for name, most in self.at_most.items()) and all(
            getattr(row, name) >= least for name, least in self.at_least.items()
        )


def moved(row: M, move: Move) -> M:
    """The row after the move; bounds are not asked."""
    changes: dict[str, int] = {name: getattr(row, name) + amount for name, amount in move.amounts.items()}
    return replace(row, moves=row.moves + 1, **changes)
