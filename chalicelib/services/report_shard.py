"""Adds what a shard did to its run, and completes the run with the last one."""

from dataclasses import dataclass, replace

from chalicelib.domain.errors import Contended
from chalicelib.domain.jws import compact
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.purge_run import CHAIN, HEADER_TYPE, PurgeRun, link_of
from chalicelib.domain.purge_shard import Shard
from chalicelib.domain.writes import Conflict, Insert, Replace, Write
from chalicelib.ports import Clock, Signer, Store

# All shards of a run may end at once; each round one of them wins.
MOST_ROUNDS = 120


@dataclass(frozen=True)
class ReportShard:
    """The row of the shard is let go in the commit that counts it: a shard counts once, whoever works it how often.

    The last shard puts the run into the chain of runs: a link of the ledger, which the next anchor takes along.
    """

    clock: Clock
    store: Store
    signer: Signer

    def __call__(self, shard: Shard) -> PurgeRun | None:
        """The run counts what the shard did; returns the run, or None if another worker has reported the shard.

        Args:
            shard: of the run; its version is that of the row as it stands, and empty if there is none.

        Raises:
            Contended: other shards reported without pause, or a worker of another run has or had the shard.
            Unavailable: the store or the signing key did not answer; the shard can be reported again.
        """
        free = shard.released()
        own: Write = Replace(shard, free) if shard.version else Insert(free)
        has_lost = False
        for _ in range(MOST_ROUNDS):
            run = self.store.get(PurgeRun, "run", shard.run_id)
            if run is None or shard.bucket not in run.shards_left:
                return None
            if has_lost:
                break
            after = run.joined(shard.bucket, shard.tally)
            links: list[LedgerEvent] = []
            if after.complete:
                after, link = self._signed(after)
                links.append(link)
            try:
                self.store.commit(Replace(run, after), own, *map(Insert, links))
                return after
            except Conflict as conflict:
                if (standing := conflict.current(Shard)) and standing.run_id == shard.run_id:
                    return None
                has_lost = conflict.hit(Shard)
        raise Contended

    def _signed(self, run: PurgeRun) -> tuple[PurgeRun, LedgerEvent]:
        last = next(iter(self.store.history(LedgerEvent, CHAIN, newest_first=True, limit=1)), None)
        run = run.finished(self.clock.now(), last)
        statement = run.statement()
        signed = compact(HEADER_TYPE, statement, self.signer.key_id, self.signer.sign)
        return replace(run, signed=signed), link_of(statement)
