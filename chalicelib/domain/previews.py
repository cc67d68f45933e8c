"""How often somebody looked whether a customer may be contacted, and asked for no token."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from chalicelib.domain.moving import Move


@dataclass(frozen=True)
class Previews:
    """The previews of one customer in one month, by the role of who asked.

    Attributes:
        month: by the clock of UTC, e.g. `2026-11`.
    """

    key: str
    month: str
    lapses_at: datetime
    staff: int = 0
    wallet: int = 0
    version: str = ""
    moves: int = 0

    def rolled(self, _at: datetime) -> "Previews":
        """Itself: another month is another row."""
        return self


def no_previews(customer_id: str, at: datetime) -> Previews:
    """The row of this month, with nothing in it. It is kept until the next month is over."""
    month = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Previews(preview_keys(customer_id, at)[0], f"{month:%Y-%m}", _next(_next(month)))


def preview_keys(customer_id: str, at: datetime) -> tuple[str, str]:
    """The rows of this month and of the last one."""
    this = at.astimezone(UTC)
    last = this.replace(day=1) - timedelta(days=1)
    return f"{customer_id}#{this:%Y-%m}", f"{customer_id}#{last:%Y-%m}"


def one_more(role: str) -> Move:
    """What a preview by this role moves."""
    return Move({role: 1})


def _next(month: datetime) -> datetime:
    return (month + timedelta(days=31)).replace(day=1)
