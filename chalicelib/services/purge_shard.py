"""Works one shard of a run of the purge."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice

from chalicelib.domain.errors import Contended, Unavailable
from chalicelib.domain.purge_run import PurgeRun, Tally
from chalicelib.domain.purge_shard import PURGEABLE, Shard, Taken
from chalicelib.domain.writes import Conflict, Expect, Insert, Replace
from chalicelib.ports import Capacity, PurgeQueue, Store
from chalicelib.services.purge_item import PurgeItem
from chalicelib.services.report_shard import MOST_ROUNDS, ReportShard

# What is written down at once before it is done.
PAGE = 25
# Somebody else may just be writing the record; the second time it is something else.
TRIES = 2
# Where so much fails it is no single record: all the rest would fail, and is left for the next run.
MOST_FAILURES = 100


@dataclass(frozen=True)
class Worked:
    """What became of a shard in a worker's hands.

    Attributes:
        outcome: reported; put_back, since the time was up or a worker of another run has it; or left, since another
            worker of this run has or had it.
        tally: of this run, as far as it got.
        run: with this shard in it, if it was reported.
    """

    outcome: str
    tally: Tally
    run: PurgeRun | None = None


class _Left(Exception):
    """Another worker has the shard."""


@dataclass(frozen=True)
class PurgeShard:
    """Page by page: what is about to be done is written down, then done, then counted together with the next page.

    Two workers may be given the same shard. Both may erase the same record, which then is gone; but only one of them
    can write the row of the shard, so that it counts once, and the other one leaves.
    """

    store: Store
    purges: PurgeQueue
    capacity: Capacity
    purge_item: PurgeItem
    report_shard: ReportShard

    def __call__(self, run_id: str, bucket: str, time_left: Callable[[], bool]) -> Worked:
        """What was due in the shard when the run began is done, as far as the time allows, and the run counts it.

        What fails stays due and stops nothing else. What was not reached is put back into the queue.

        Args:
            time_left: False when the work should end.

        Raises:
            Unavailable: the store, the queue or the signing key did not answer; the shard can be worked again.

        Source: PIPL 19, 47; GDPR 5(1)(e).
        """
        run = self.store.get(PurgeRun, "run", run_id)
        if run is None or bucket not in run.shards_left:
            return Worked("left", Tally())
        work = _Work(self, run, Shard(bucket, run_id), time_left)
        try:
            if self._take_over(work) and work.pass_through():
                return self._report(work.shard)
        except _Left:
            return Worked("left", work.shard.tally)
        except Contended:
            # A worker of another run has the shard. It reports for its own run, and ours still waits.
            pass
        self.purges.put(run_id, bucket)
        return Worked("put_back", work.shard.tally)

    def _take_over(self, work: "_Work") -> bool:
        """What a worker had taken that died, or stopped, is done and counted: in this run, or in the one it is of."""
        found = self.store.get(Shard, work.shard.bucket, "shard")
        if found is None:
            return True
        if found.run_id == work.shard.run_id:
            work.shard = found
            return work.do(found.taken, resumed=True)
        earlier = self.store.get(PurgeRun, "run", found.run_id)
        assert earlier is not None
        before = _Work(self, earlier, found, work.time_left)
        try:
            done = before.do(found.taken, resumed=True)
        except _Left:
            # The worker of that run was not dead, and was quicker. It may leave the row to nobody but us.
            raise Contended from None
        if done:
            self._report(before.shard)
        work.begin_to_count()
        return done

    def _report(self, shard: Shard) -> Worked:
        run = self.report_shard(shard)
        return Worked("left" if run is None else "reported", shard.tally, run)


class _Work:
    """The row of a shard in the hands of one worker."""

    def __init__(self, by: PurgeShard, run: PurgeRun, shard: Shard, time_left: Callable[[], bool]) -> None:
        self.shard, self.time_left = shard, time_left
        self._by, self._run = by, run
        self.begin_to_count()

    def begin_to_count(self) -> None:
        """What the calls take from here on is this shard's."""
        self._units = self._by.capacity.half_units()

    def pass_through(self) -> bool:
        """Everything that is due was tried; False if the time was up before.

        Raises:
            _Left: another worker has the shard.
        """
        found = chain.from_iterable(map(self._due, PURGEABLE))
        while self.time_left():
            page = tuple(islice(found, PAGE))
            if not page or len(self.shard.failed) >= MOST_FAILURES:
                self._count(Tally())
                return True
            if not self.do(page):
                return False
        self._keep(())
        return False

    def do(self, page: tuple[Taken, ...], *, resumed: bool = False) -> bool:
        """The page is done, but for what fails; False if the time was up before.

        Raises:
            _Left: another worker has the shard.
        """
        self._keep(page)
        left = [(item, resumed) for item in page]
        for last_time in (False,) * (TRIES - 1) + (True,):
            failing: list[tuple[Taken, bool]] = []
            for place, (item, may_be_done) in enumerate(left):
                if not self.time_left():
                    # Whoever goes on must know of what may be done and is not counted.
                    self._keep(tuple(each for each, may_be in (*failing, *left[place:]) if may_be))
                    return False
                # Whatever is wrong with one record, one that can't even be read among them, must not keep the others.
                try:
                    done = self._by.purge_item(item, self._run.started_at, resumed=may_be_done)
                    self._count(done, item if done != Tally() else None)
                except Exception as failure:
                    if last_time:
                        self._give_up(item, type(failure).__name__)
                    else:
                        # What was refused did not happen; of what got no answer nobody knows.
                        failing.append((item, may_be_done or not isinstance(failure, Conflict)))
            left = failing
        return True

    def _due(self, kind: str) -> Iterator[Taken]:
        try:
            for due in self._by.store.due(PURGEABLE[kind], self.shard.bucket, self._run.started_at):
                if due.key not in self.shard.failed:
                    yield Taken(kind, due.key, due.at, due.reason or "unknown")
        except Exception as failure:
            self._count(Tally(failures={type(failure).__name__: 1}))

    def _give_up(self, item: Taken, reason: str) -> None:
        # Before the row says that it failed: rather two letters than none.
        with suppress(Unavailable):
            self._by.purges.bury(self.shard.run_id, item.kind, item.key, reason)
        self._count(Tally(failures={reason: 1}), item)
        self.shard = replace(self.shard, failed=(*self.shard.failed, item.key))

    def _count(self, tally: Tally, item: Taken | None = None) -> None:
        late = int((self._run.started_at - item.due_at).total_seconds()) if item else 0
        units = self._by.capacity.half_units()
        also = Tally(oldest_lateness_seconds=late, capacity_half_units=units - self._units)
        self.shard, self._units = replace(self.shard, tally=self.shard.tally + tally + also), units

    def _keep(self, taken: tuple[Taken, ...]) -> None:
        """The row says what was done and what is about to be.

        Raises:
            _Left: another worker has written it, or the run does not wait for it any more.
            Contended: a worker of another run has.
        """
        self._count(Tally())
        for _ in range(MOST_ROUNDS):
            after = replace(self.shard, taken=taken)
            write = Replace(self.shard, after) if self.shard.version else Insert(after)
            try:
                # A row that nobody waits for would never be counted.
                self._by.store.commit(write, *([] if self.shard.version else [Expect(self._run)]))
                self.shard = write.after if isinstance(write, Replace) else write.record
                return
            except Conflict as conflict:
                if (standing := conflict.current(Shard)) and standing.run_id != self._run.id:
                    raise Contended from None
                run = self._by.store.get(PurgeRun, "run", self._run.id)
                if conflict.hit(Shard) or run is None or self.shard.bucket not in run.shards_left:
                    raise _Left from None
                self._run = run
        raise Contended
