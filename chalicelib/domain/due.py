"""In which bucket of an index something is found: what is due, and what an hour brought."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zlib import crc32

# 5 000 starts a second make about 30 000 index writes a second in a verification's life; 64 keeps each partition
# below 500. A run asks every bucket of both tables once: 128 queries when nothing is due.
BUCKETS = 64
HOUR_FORMAT = "%Y-%m-%dT%H"


@dataclass(frozen=True)
class Due:
    """What an index says of a record that is due: its key, since when, and why; None where it holds no reasons."""

    key: str
    at: datetime
    reason: str | None


def bucket(key: str) -> str:
    """The index partition of a record, from its key, e.g. `07`."""
    return f"{crc32(key.encode()) % BUCKETS:02d}"


def buckets(first: int) -> list[str]:
    """Every partition once, beginning at `first` (any number), so that no run starves the same ones."""
    return [f"{(first + offset) % BUCKETS:02d}" for offset in range(BUCKETS)]


def hour_of(at: datetime) -> datetime:
    """The beginning of the hour."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def hour_bucket(at: datetime, customer_id: str) -> str:
    """The index partition of what an hour brought: the hour, and one of 64 by its customer."""
    return _in_hour(at, bucket(customer_id))


def hour_buckets(at: datetime) -> list[str]:
    """Every partition of the hour."""
    return [_in_hour(at, shard) for shard in buckets(0)]


def read_hour(bucket: str) -> datetime:
    """The beginning of a partition's hour.

    Raises:
        ValueError: it is no partition of an hour.
    """
    return datetime.strptime(bucket.partition("#")[0], HOUR_FORMAT).replace(tzinfo=UTC)


def place_at(at: datetime, key: str) -> str:
    """Where something stands among what is sorted by instants: whatever happens at one, no two share a place."""
    return f"{at.isoformat()}#{key}"


def read_place(place: str) -> tuple[datetime, str]:
    """The instant and the key.

    Raises:
        ValueError: it is no place.
    """
    at, _, key = place.partition("#")
    return datetime.fromisoformat(at), key


def _in_hour(at: datetime, shard: str) -> str:
    return f"{hour_of(at).strftime(HOUR_FORMAT)}#{shard}"
