"""Works one shard of a run of the purge."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

from chalicelib.domain.errors import Contended, Unavailable
from chalicelib.domain.purge_run import PurgeRun, Tally
from chalicelib.domain.purge_shard import PURGEABLE, Shard, Taken
from chalicelib.domain.writes import Conflict, Expect, Insert, Replace
from chalicelib.ports import Capacity, PurgeQueue, Store
from chalicelib.services.purge_item import PurgeItem, is_due
from chalicelib.services.report_shard import MOST_ROUNDS, ReportShard

# What is written down at once before it is done.
PAGE = 25
# Somebody else may just be erasing the customer, who is written three times then at most: the wish, the keys, the end.
TRIES = 4
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
        work = _Work(self, run, bucket, time_left)
        try:
            if self._take_over(work) and work.pass_through():
                return self._report(work.shard)
        except _Left:
            return Worked("left", work.shard.tally)
        except Contended:
            # A worker of another run has the shard, or had it meanwhile; ours still waits for its own report.
            pass
        self.purges.put(run_id, bucket)
        return Worked("put_back", work.shard.tally)

    def _take_over(self, work: "_Work") -> bool:
        """What a worker had taken that died, or stopped, is done and counted: in this run, or in the one it is of."""
        found = self.store.get(Shard, work.shard.bucket, "shard")
        if found is not None and found.run_id == work.shard.run_id:
            return work.resume(found)
        earlier = self.store.get(PurgeRun, "run", found.run_id) if found is not None and found.run_id else None
        if found is None or earlier is None:
            # Nobody has it, or a run whose report has ended, which counts nothing; what it left is due still.
            work.begin(found or work.shard)
            return True
        before = _Work(self, earlier, found.bucket, work.time_left)
        try:
            # All of it, since that run's report says that what was due when it began is done.
            done = before.resume(found) and before.pass_through()
        except _Left:
            # The worker of that run was not dead, and was quicker. It may leave the row to nobody but us.
            raise Contended from None
        if done:
            self._report(before.shard)
        work.begin_to_count()
        return done and self._take_over(work)

    def _report(self, shard: Shard) -> Worked:
        run = self.report_shard(shard)
        return Worked("left" if run is None else "reported", shard.tally, run)


class _Work:
    """The row of a shard in the hands of one worker, from when a page is written to it."""

    def __init__(self, by: PurgeShard, run: PurgeRun, bucket: str, time_left: Callable[[], bool]) -> None:
        self.shard, self.time_left = Shard(bucket, run.id), time_left
        self._by, self._run = by, run
        self._has_row = False
        self.begin_to_count()

    def begin_to_count(self) -> None:
        """What the calls take from here on is this shard's."""
        self._units = self._by.capacity.half_units()

    def begin(self, shard: Shard) -> None:
        """The shard is this run's as soon as a page is written."""
        self.shard = replace(shard.released(), run_id=self._run.id, version=shard.version)

    def resume(self, shard: Shard) -> bool:
        """What was taken of the run's shard is done, but for what fails; False if the time was up before.

        Raises:
            _Left: another worker has the shard.
        """
        self.shard, self._has_row = shard, True
        return self._do([_Item(each, None, may_be_done=True) for each in shard.taken])

    def pass_through(self) -> bool:
        """Everything that is due was tried; False if the time was up before.

        Raises:
            _Left: another worker has the shard.
            Contended: a worker of another run has it, or had it meanwhile.
        """
        for postponed in (False, True) if self.shard.postponed else (False,):
            found = chain.from_iterable(self._due(kind, postponed) for kind in PURGEABLE)
            while page := self._page(found):
                if not self._do(page):
                    return False
            if page is None:
                self._keep(())
                return False
        if len(self.shard.failed) < MOST_FAILURES:
            self.shard = replace(self.shard, postponed=())
        self._count(Tally())
        return True

    def _page(self, found: Iterator["_Item"]) -> list["_Item"] | None:
        """What is to be done next; nothing if that is all, or all that fails; None if the time is up."""
        if not self.time_left():
            return None
        return list(islice(found, PAGE)) if len(self.shard.failed) < MOST_FAILURES else []

    def _do(self, page: list["_Item"]) -> bool:
        self._keep(tuple(each.taken for each in page))
        left = page
        for last_time in (False,) * (TRIES - 1) + (True,):
            failing: list[_Item] = []
            for place, each in enumerate(left):
                if not self.time_left():
                    # Whoever goes on must know of what may be done and is not counted.
                    self._keep(tuple(it.taken for it in (*failing, *left[place:]) if it.may_be_done))
                    return False
                # Whatever is wrong with one record, one that can't even be read among them, must not keep the others.
                try:
                    self._purge(each)
                except Exception as failure:
                    if last_time:
                        self._give_up(each.taken, type(failure).__name__)
                    else:
                        # What was refused did not happen; of what got no answer nobody knows.
                        may_be_done = each.may_be_done or not isinstance(failure, Conflict)
                        failing.append(_Item(each.taken, None, may_be_done))
            left = failing
        return True

    def _purge(self, item: "_Item") -> None:
        purge = self._by.purge_item
        record = item.record or purge.read(item.taken)
        done = purge(item.taken, record, self._run.started_at, resumed=item.may_be_done)
        self._count(done, item.taken if done != Tally() else None)

    def _due(self, kind: str, postponed: bool) -> Iterator["_Item"]:
        try:
            for due in self._by.store.due(PURGEABLE[kind], self.shard.bucket, self._run.started_at):
                if due.key not in self.shard.failed and (due.key in self.shard.postponed) is postponed:
                    yield from self._read(Taken(kind, due.key, due.at, due.reason or "unknown"))
        except Exception as failure:
            self._count(Tally(failures={type(failure).__name__: 1}))

    def _read(self, taken: Taken) -> Iterator["_Item"]:
        # Before it is taken, and after the row was read: what is gone by then was counted by somebody else, and what
        # goes later goes by whoever has the row.
        try:
            record = self._by.purge_item.read(taken)
        except Exception:
            yield _Item(taken, None, may_be_done=False)
        else:
            if is_due(record, self._run.started_at):
                yield _Item(taken, record, may_be_done=False)

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
            Contended: a worker of another run has, or had it meanwhile.
        """
        self._count(Tally())
        for _ in range(MOST_ROUNDS):
            after = replace(self.shard, taken=taken)
            write = Replace(self.shard, after) if self.shard.version else Insert(after)
            try:
                # A row that nobody waits for would never be counted.
                self._by.store.commit(write, *([] if self._has_row else [Expect(self._run)]))
                self.shard, self._has_row = write.after if isinstance(write, Replace) else write.record, True
                return
            except Conflict as conflict:
                run = self._by.store.get(PurgeRun, "run", self._run.id)
                standing = conflict.current(Shard)
                is_ours = standing is not None and standing.run_id == self._run.id
                if is_ours or run is None or self.shard.bucket not in run.shards_left:
                    raise _Left from None
                if conflict.hit(Shard):
                    raise Contended from None
                self._run = run
        raise Contended


@dataclass(frozen=True)
class _Item:
    """What is to be done next.

    Attributes:
        record: as it was before the item was taken; None where it must be read when its turn comes.
        may_be_done: True if whoever had it before may have done it, and did not count it.
    """

    taken: Taken
    record: Any
    may_be_done: bool
