"""In which bucket of the index the purge finds what is due."""

from zlib import crc32

# 5 000 starts a second make about 30 000 index writes a second in a verification's life; 64 keeps each partition
# below 500. A run asks every bucket of both tables once: 128 queries when nothing is due.
BUCKETS = 64


def bucket(key: str) -> str:
    """The index partition of a record, from its key, e.g. `07`."""
    return f"{crc32(key.encode()) % BUCKETS:02d}"


def buckets(first: int) -> list[str]:
    """Every partition once, beginning at `first` (any number), so that no run starves the same ones."""
    return [f"{(first + offset) % BUCKETS:02d}" for offset in range(BUCKETS)]
