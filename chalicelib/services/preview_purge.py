"""Says what a purge would do now."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice

from chalicelib.domain.due import Due, buckets
from chalicelib.domain.purge_shard import PURGEABLE
from chalicelib.ports import Clock, Store
from chalicelib.services.concurrently import together

# Of one kind in one bucket; a page of the index has some ten thousand.
MOST_COUNTED = 1000


@dataclass(frozen=True)
class PurgePreview:
    """What is due, as the indexes have it.

    Attributes:
        due: counts by kind of record, then by reason.
        oldest_due_at: since when the oldest has been due; None if nothing is.
        complete: False if there is more than was counted.
    """

    at: datetime
    due: Mapping[str, Mapping[str, int]]
    oldest_due_at: datetime | None
    complete: bool


@dataclass(frozen=True)
class PreviewPurge:
    """Reads the indexes only, at most so much of each bucket, and all buckets at once."""

    clock: Clock
    store: Store

    def __call__(self) -> PurgePreview:
        """What is due now, and why. Nothing is done about it.

        Raises:
            Unavailable: the store did not answer.
        """
        at = self.clock.now()
        asked = [(kind, bucket) for kind in PURGEABLE for bucket in buckets(0)]
        found = together(*(partial(self._due, kind, bucket, at) for kind, bucket in asked))
        counts: dict[str, Counter[str]] = {kind: Counter() for kind in PURGEABLE}
        for (kind, _), rows in zip(asked, found, strict=True):
            counts[kind].update(row.reason or "unknown" for row in rows[:MOST_COUNTED])
        oldest = min((rows[0].at for rows in found if rows), default=None)
        whole = all(len(rows) <= MOST_COUNTED for rows in found)
        return PurgePreview(at, {kind: dict(each) for kind, each in counts.items()}, oldest, whole)

    def _due(self, kind: str, bucket: str, at: datetime) -> list[Due]:
        return list(islice(self.store.due(PURGEABLE[kind], bucket, at), MOST_COUNTED + 1))
