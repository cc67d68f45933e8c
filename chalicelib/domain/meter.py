"""A sliding limit that many processes share, counted by twelfths of its window."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from chalicelib.domain.moving import Move
from chalicelib.domain.throttle import Limit

SLOTS = 12
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Meter:
    """One shard of a limit. The oldest twelfth counts whole, so that no window ever holds more than the limit.

    Attributes:
        seconds: the window's length.
        slot: the twelfth that `count` counts.
        past: the twelve before it, the newest first.
    """

    key: str
    seconds: int
    slot: int
    lapses_at: datetime
    count: int = 0
    past: tuple[int, ...] = (0,) * SLOTS
    version: str = ""
    moves: int = 0

    def rolled(self, at: datetime) -> "Meter":
        """The meter as of this instant."""
        now = _slot(self.seconds, at)
        if now <= self.slot:
            return self
        past = ((0,) * (min(now - self.slot, SLOTS + 1) - 1) + (self.count, *self.past))[:SLOTS]
        return replace(self, slot=now, count=0, past=past, lapses_at=_end(self.seconds, at))

    def counts(self, at: datetime) -> bool:
        """True if `count` is of that instant's twelfth."""
        return self.slot == _slot(self.seconds, at)


def new_meter(key: str, limit: Limit, at: datetime) -> Meter:
    """A meter that has counted nothing."""
    return Meter(key, limit.window_seconds, _slot(limit.window_seconds, at), _end(limit.window_seconds, at))


def room(meter: Meter, share: int) -> int:
    """How many more the meter takes now.

    Args:
        share: of the limit that this shard has.
    """
    return share - meter.count - sum(meter.past)


def opens_at(meter: Meter, share: int) -> datetime:
    """When a full meter takes one more, if nothing else is counted: so many of the oldest twelfths have left it."""
    counts = (meter.count, *meter.past)
    gone = next(gone for gone in range(1, len(counts) + 1) if sum(counts[: len(counts) - gone]) < share)
    return EPOCH + timedelta(seconds=meter.seconds // SLOTS) * (meter.slot + gone)


def one_more(meter: Meter, share: int) -> Move:
    """What one more moves, if there is room."""
    return Move({"count": 1}, {"count": share - sum(meter.past) - 1})


def _slot(seconds: int, at: datetime) -> int:
    return (at - EPOCH) // timedelta(seconds=seconds // SLOTS)


def _end(seconds: int, at: datetime) -> datetime:
    return at + timedelta(seconds=2 * seconds)
