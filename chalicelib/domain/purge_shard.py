"""The work on one shard of a run: a bucket of the indexes of what is due."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.domain.customer import Customer
from chalicelib.domain.purge_run import Tally
from chalicelib.domain.verification import Verification

# Every kind of record that has a due date, by what dead letters call it.
PURGEABLE: Mapping[str, type[Any]] = {"verification": Verification, "customer": Customer}

# 40 KB of a row: were all of a day's customers to fail, it would still be written.
MOST_POSTPONED = 1000


@dataclass(frozen=True)
class Taken:
    """An item that is about to be done.

    Attributes:
        kind: a name of PURGEABLE.
        due_at, reason: as the index has them.
    """

    kind: str
    key: str
    due_at: datetime
    reason: str


@dataclass(frozen=True)
class Shard:
    """A shard in the hands of a run, or in nobody's.

    What was done leaves the index, so the index itself says where to go on. The row is there for the counts: what is
    `taken` and not due any more was done by a worker that died before it could count it.

    The row stays when the shard is reported: whoever found something due must see that another had the shard meanwhile.

    Attributes:
        run_id: empty once the shard is reported; nothing else but what is postponed is said then.
        tally: of this run, without what is taken.
        taken: what a worker is doing.
        failed: keys that failed in this run; they stay due, and nobody tries them again before the next.
        postponed: keys that failed in earlier runs and were not tried since; they come last.
        version: empty as long as no row stands there.
    """

    bucket: str
    run_id: str = ""
    tally: Tally = field(default_factory=Tally)
    taken: tuple[Taken, ...] = ()
    failed: tuple[str, ...] = ()
    postponed: tuple[str, ...] = ()
    version: str = ""

    def released(self) -> "Shard":
        """The shard in nobody's hands. What failed waits for all else in the next run, so that it stops nothing."""
        return Shard(self.bucket, postponed=tuple(dict.fromkeys((*self.failed, *self.postponed)))[:MOST_POSTPONED])
