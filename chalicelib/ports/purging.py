"""What the purge needs beside the store: a queue for its shards, and what its calls took."""

from __future__ import annotations

from typing import Protocol


class PurgeQueue(Protocol):
    """Shards that wait for a worker, and the letters about what no worker could do."""

    def put(self, run_id: str, bucket: str) -> None:
        """A worker will be given this shard of the run once or more.

        Raises:
            Unavailable: the queue did not answer; it may have taken it.
        """
        ...

    def bury(self, run_id: str, kind: str, key: str, reason: str) -> None:
        """Somebody will read that this record stays due.

        Args:
            kind: of the record, as `domain/purge_shard.py` names it.
            key: a verification's or customer's id.
            reason: the kind of the error.

        Raises:
            Unavailable: the queue did not answer; it may have taken it.
        """
        ...


class Capacity(Protocol):
    """What this process has taken of the store's capacity."""

    def half_units(self) -> int:
        """Halves of capacity units, reads and writes together, since the process began to count."""
        ...
