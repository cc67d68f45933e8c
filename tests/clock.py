"""A clock for tests."""

from dataclasses import dataclass
from datetime import datetime


@dataclass
class FixedClock:
    """A clock that stands where it is put."""

    at: datetime

    def now(self) -> datetime:
        """The instant it stands at."""
        return self.at
