"""Time."""

from dataclasses import dataclass
from datetime import UTC, datetime


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands where it is put: for a job run as of another instant, and for tests."""

    at: datetime

    def now(self) -> datetime:
        """The instant it stands at."""
        return self.at
