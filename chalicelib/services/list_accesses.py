"""Lists what the access log has of a span of time, for whoever holds it against what KMS did."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import dropwhile

from chalicelib.domain.due import hour_buckets, hour_of, read_hour
from chalicelib.domain.settlement import LoggedEntry, Settlement
from chalicelib.ports import Store

# An hour that brought little is a page, and so is a thousand rows. The index is asked in turn: some 5 ms for each.
PARTITIONS_A_PAGE = 64
ROWS_A_PAGE = 1_000


@dataclass(frozen=True)
class Position:
    """Where the next page begins: beyond a place in a partition of the index."""

    bucket: str
    place: str


@dataclass(frozen=True)
class AccessPage:
    """Entries and settlements, by hour and partition; an entry and its settlement are on one page.

    Attributes:
        following: None if this is the last.
    """

    rows: list[LoggedEntry | Settlement]
    following: Position | None


@dataclass(frozen=True)
class ListAccesses:
    """By an index, which may be a little behind. Never a scan."""

    store: Store

    def __call__(self, since: datetime, until: datetime, position: Position | None) -> AccessPage:
        """A page of the entries whose instants are in the span, and of their settlements, whenever these were written.

        Args:
            until: not included.
            position: where the page before said; None for the first.
        """
        first, end = (at.astimezone(UTC).isoformat() for at in (since, until))
        rows: list[LoggedEntry | Settlement] = []
        for asked, bucket in enumerate(_buckets(since, until, position)):
            after = position.place if position and position.bucket == bucket else first
            if asked == PARTITIONS_A_PAGE:
                return AccessPage(rows, Position(bucket, after))
            for row in self.store.logged(bucket, after):
                if row.place >= end:
                    break
                # An entry and its settlement share a place.
                if len(rows) >= ROWS_A_PAGE and row.place != after:
                    return AccessPage(rows, Position(bucket, after))
                rows.append(row)
                after = row.place
        return AccessPage(rows, None)


def _buckets(since: datetime, until: datetime, position: Position | None) -> Iterator[str]:
    if position is None:
        yield from _of_hours(hour_of(since), until)
        return
    yield from dropwhile(lambda bucket: bucket != position.bucket, _of_hours(read_hour(position.bucket), until))


def _of_hours(hour: datetime, until: datetime) -> Iterator[str]:
    while hour < until:
        yield from hour_buckets(hour)
        hour += timedelta(hours=1)
