"""The report of one run of the purge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class PurgeRun:
    """What one run did of what was due, and what it could not.

    Attributes:
        complete: False if the run stopped because its time was up; the next one goes on.
        erased: counts by reason.
        failures: counts by kind of error; what failed stays due and is tried again.
        ended: of open contracts, by reason: consents, changes of number, the contract itself.
        oldest_lateness_seconds: how long after its date the latest item was done.
    """

    id: str
    started_at: datetime
    finished_at: datetime
    complete: bool
    erased: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    ended: Mapping[str, int] = field(default_factory=dict)
    oldest_lateness_seconds: int = 0
    version: str = ""
