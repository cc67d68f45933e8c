"""What SMS have cost in this hour, this day and this month of UTC."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from chalicelib.domain.moving import Move
from chalicelib.domain.sending_rules import Spending, micro_usd

# Each has a third of a thousand writes a second to spare where 5 000 SMS go out in one.
SHARDS = 16
WINDOWS = ("hour", "day", "month")


@dataclass(frozen=True)
class Spent:
    """One shard of the ceiling, in millionths of a US dollar.

    Attributes:
        hour, day, month: which ones, as texts such as 2026-11-22T05.
        hour_cost, day_cost, month_cost: reserved in them and not given back.
    """

    key: str
    hour: str
    day: str
    month: str
    lapses_at: datetime
    hour_cost: int = 0
    day_cost: int = 0
    month_cost: int = 0
    version: str = ""
    moves: int = 0

    def rolled(self, at: datetime) -> "Spent":
        """The shard as of this instant: what began anew has cost nothing yet."""
        fresh = new_spent(self.key, at)
        if fresh.hour <= self.hour:
            return self
        return replace(
            fresh,
            day_cost=self.day_cost if self.day == fresh.day else 0,
            month_cost=self.month_cost if self.month == fresh.month else 0,
            version=self.version,
            moves=self.moves,
        )


def new_spent(key: str, at: datetime) -> Spent:
    """A shard of which nothing is spent."""
    return Spent(key, f"{at:%Y-%m-%dT%H}", f"{at:%Y-%m-%d}", f"{at:%Y-%m}", at + timedelta(days=32))


@dataclass(frozen=True)
class Ceiling:
    """What one shard may cost in each window."""

    hour: int
    day: int
    month: int

    def full(self, spent: Spent, cost: int) -> str | None:
        """The first window in which there is no room for the cost, or None."""
        return next((name for name in WINDOWS if getattr(spent, f"{name}_cost") + cost > getattr(self, name)), None)

    def reserve(self, cost: int) -> Move:
        """What a cost moves, if there is room in every window."""
        return Move(
            {f"{name}_cost": cost for name in WINDOWS}, {f"{name}_cost": getattr(self, name) - cost for name in WINDOWS}
        )

    def percent(self, spent: Spent) -> int:
        """Of the window that is fullest; a ceiling of nothing is full."""
        costs = ((getattr(spent, f"{name}_cost"), getattr(self, name)) for name in WINDOWS)
        return max(100 * cost // most if most else 100 for cost, most in costs)


def ceiling(rules: Spending) -> Ceiling:
    """A shard's part of the policy's limits, rounded down."""
    return Ceiling(*(micro_usd(getattr(rules, f"{name}_usd")) // SHARDS for name in WINDOWS))


def refund(spent: Spent, cost: int, at: datetime) -> Move:
    """What moves when a cost that was reserved at that instant did not arise, in the windows that still run."""
    then = new_spent(spent.key, at)
    return Move({f"{name}_cost": -cost for name in WINDOWS if getattr(spent, name) == getattr(then, name)})


def seconds_left(window: str, at: datetime) -> int:
    """Whole seconds until the hour, the day or the month ends."""
    begins = at.replace(minute=0, second=0, microsecond=0)
    if window != "hour":
        begins = begins.replace(hour=0)
    lasts = {"hour": timedelta(hours=1), "day": timedelta(days=1), "month": timedelta(days=32)}[window]
    ends = begins.replace(day=1) + lasts if window == "month" else begins + lasts
    return ceil((ends.replace(day=1) if window == "month" else ends).timestamp() - at.timestamp())
