"""Anchors the consent ledger: hour after hour, signed and out of its own reach."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.anchor import (
    HEADER_TYPE,
    HOUR,
    Anchor,
    anchor_buckets,
    heads_of,
    next_anchor,
    write_leaves,
)
from chalicelib.domain.due import hour_of
from chalicelib.domain.errors import LedgerDamaged
from chalicelib.domain.jws import compact, payload_of
from chalicelib.domain.writes import Conflict, Insert
from chalicelib.ports import Archive, Clock, Signer, Store

PARTITION = "anchor"


@dataclass(frozen=True)
class AnchorRun:
    """The report of one run.

    Attributes:
        anchors: how many were made now.
        heads: of how many chains in all.
        sequence, covers_until: of the newest anchor; None if there is none.
        complete: False if hours that have closed are left for the next run.
    """

    anchors: int
    heads: int
    sequence: int | None
    covers_until: datetime | None
    complete: bool


@dataclass(frozen=True)
class AnchorLedger:
    """One anchor for each hour that has closed, in order. Hours that runs have missed are caught up with.

    First the leaves go into the archive, under a name that tells their content; then a row makes the anchor the one of
    its place; then the signed statement follows from the row. Whoever begins completes what the run before left.
    """

    clock: Clock
    store: Store
    signer: Signer
    archive: Archive

    def __call__(self, time_left: Callable[[], bool]) -> AnchorRun:
        """Every hour that has closed is anchored, as far as the time allows.

        Args:
            time_left: asked before each hour.

        Raises:
            Unavailable: the store, the key or the archive did not answer; the next run goes on.
            LedgerDamaged: the archive has another anchor than the store in the last place, or other leaves than were
                signed under their name.
        """
        last = self._last()
        if last is not None:
            self._publish(last)
        closed = hour_of(self.clock.now())
        made, heads = 0, 0
        while (until := last.covers_until + HOUR if last else closed) <= closed:
            if not time_left():
                return self._report(made, heads, last, complete=False)
            last = self._anchor(last, until)
            made, heads = made + 1, heads + last.heads
        return self._report(made, heads, last, complete=True)

    def _last(self) -> Anchor | None:
        return next(iter(self.store.history(Anchor, PARTITION, newest_first=True, limit=1)), None)

    def _anchor(self, last: Anchor | None, until: datetime) -> Anchor:
        heads = heads_of(link for bucket in anchor_buckets(until) for link in self.store.appended(bucket))
        anchor = next_anchor(last, until, heads)
        signed = compact(HEADER_TYPE, anchor.statement(), self.signer.key_id, self.signer.sign)
        anchor = replace(anchor, signed=signed)
        leaves = write_leaves(heads)
        # Who reads the ledger can know the name in advance. Without its leaves the anchor would prove nothing.
        if self.archive.put(anchor.leaves_name, leaves) != leaves:
            raise LedgerDamaged(f"the archive has other leaves of anchor {anchor.sequence}")
        try:
            self.store.commit(Insert(anchor))
        except Conflict as conflict:
            # Another run was first. What it saw may differ from what we saw: its anchor counts.
            winner = conflict.current(Anchor)
            if winner is None:
                raise
            anchor = winner
        self._publish(anchor)
        return anchor

    def _publish(self, anchor: Anchor) -> None:
        kept = self.archive.put(anchor.name, anchor.signed.encode())
        # Somebody wrote to the bucket, or the table was restored from a backup that is older.
        if payload_of(kept.decode()) != anchor.statement():
            raise LedgerDamaged(f"the archive has another anchor {anchor.sequence}")

    def _report(self, made: int, heads: int, last: Anchor | None, *, complete: bool) -> AnchorRun:
        return AnchorRun(made, heads, last.sequence if last else None, last.covers_until if last else None, complete)
