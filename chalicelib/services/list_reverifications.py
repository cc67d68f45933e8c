"""Lists the customers whose numbers are to be proved again, for the wallet that starts their verifications."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import dropwhile

from chalicelib.domain.due import buckets
from chalicelib.domain.freshness import Reverification
from chalicelib.ports import Store

# No place comes before it: each begins with the digits of a year.
FIRST_PLACE = "0"


@dataclass(frozen=True)
class Position:
    """Where the next page begins: beyond a place in a partition of the index."""

    bucket: str
    place: str


@dataclass(frozen=True)
class ReverificationPage:
    """Customers, partition by partition, those that have been due for longest first in each.

    Attributes:
        following: None if this is the last. A page that is full has one, which may be empty.
    """

    rows: list[Reverification]
    following: Position | None


@dataclass(frozen=True)
class ListReverifications:
    """By an index, which may be a little behind: who was proved a moment ago may still be named. Never a scan."""

    store: Store

    def __call__(self, due_before: datetime, limit: int, position: Position | None) -> ReverificationPage:
        """A page of the customers who are due by then. It costs one query for each partition at most.

        Args:
            due_before: not included.
            limit: rows of a page, 1 or more.
            position: where the page before said; None for the first.
        """
        end = due_before.astimezone(UTC).isoformat()
        rows: list[Reverification] = []
        begun = position or Position(buckets(0)[0], FIRST_PLACE)
        for bucket in dropwhile(lambda it: it != begun.bucket, buckets(0)):
            after = begun.place if bucket == begun.bucket else FIRST_PLACE
            rows += self.store.reverifications(bucket, after, end, limit - len(rows))
            if len(rows) == limit:
                return ReverificationPage(rows, Position(bucket, rows[-1].place))
        return ReverificationPage(rows, None)
