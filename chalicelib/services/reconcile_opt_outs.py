"""Brings the provider's list of opt-outs and ours together."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice

from chalicelib.domain.due import buckets
from chalicelib.domain.errors import NotFound, Unavailable
from chalicelib.domain.phone_number import number_told
from chalicelib.domain.policy import Policy
from chalicelib.domain.suppression import BY_PROVIDER, Suppression, deciding
from chalicelib.ports import Clock, NumberIndex, ProviderOptOuts, Store
from chalicelib.services.changing import changed
from chalicelib.services.concurrently import together
from chalicelib.services.number_tags import suppressions_of, tags_of
from chalicelib.services.stop_advertising import StopAdvertising

COUNTED = ("new", "known", "opted_in", "waiting", "unreadable")
# Each stops advertising with calls of its own beside it: they must find threads in the pool that these fill.
AT_ONCE = 16


@dataclass(frozen=True)
class OptOutReport:
    """What a run found.

    Attributes:
        listed: numbers on the provider's lists; one that two regions list counts twice.
        new: of these, those that we did not know; now no advertising goes there.
        known: those that we knew.
        opted_in: those taken off the list, since their customer has agreed to advertising in person since.
        waiting: those for which the provider does not do that yet, for it does so once in 30 days.
        unreadable: those that are no number.
        ours_only: numbers that want no advertising from us and are on no list; None if that is not known.
        failures: what went wrong with a number or a list, by the kind of error.
        complete: False if there was not enough time.
    """

    listed: int
    new: int
    known: int
    opted_in: int
    waiting: int
    unreadable: int
    ours_only: int | None
    failures: dict[str, int]
    complete: bool


@dataclass(frozen=True, repr=False)
class _Seen:
    """A number of the list, and what became of it."""

    outcome: str
    tags: tuple[str, ...] = ()
    failure: str | None = None


@dataclass
class _Run:
    """What was found so far.

    Attributes:
        lists: the tags of each list that was begun; those of a million numbers take some 150 MB.
        unread: the lists that hold numbers whose tags are not known.
    """

    counts: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    lists: dict[str, set[str]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class ReconcileOptOuts:
    """Whoever told the provider to stop has told us; whoever agreed in person later is taken off its list.

    The list does not say since when it holds a number: a new one is a no of the moment in which it is seen. So a yes
    that was given in person between the no and the run is withdrawn with the rest. That is one yes too few, and no
    message too many.
    """

    policy: Policy
    clock: Clock
    store: Store
    index: NumberIndex
    opt_outs: ProviderOptOuts
    stop_advertising: StopAdvertising

    def __call__(self, time_left: Callable[[], bool]) -> OptOutReport:
        """Every number on the lists was looked at, as far as the time allows. One that fails keeps back no other.

        Each run begins at another region, and each at its list's first page: there is no way into the middle of one.

        Args:
            time_left: asked before each few numbers.
        """
        run = _Run()
        regions = self.opt_outs.regions(self.policy.rules.sms.opt_out_regions)
        first = self._day % len(regions)
        complete = all(self._read(region, run, time_left) for region in (*regions[first:], *regions[:first]))
        unlisted = self._unlisted(run, time_left) if complete else None
        return OptOutReport(
            listed=run.counts.total(),
            ours_only=None if run.failures else unlisted,
            failures=dict(run.failures),
            complete=unlisted is not None,
            **{name: run.counts[name] for name in COUNTED},
        )

    @property
    def _day(self) -> int:
        return self.clock.now().toordinal()

    def _read(self, region: str, run: _Run, time_left: Callable[[], bool]) -> bool:
        """False if the time was over before the list was."""
        tags = run.lists[region] = set()
        try:
            for page in self.opt_outs.listed(region):
                numbers = iter(page)
                while some := list(islice(numbers, AT_ONCE)):
                    if not time_left():
                        return False
                    for seen in together(*(partial(self._seen, number, region) for number in some)):
                        run.counts[seen.outcome] += 1
                        run.failures.update(filter(None, [seen.failure]))
                        tags.update(seen.tags)
                        if seen.failure and not seen.tags:
                            run.unread.add(region)
        except Unavailable:
            run.failures["Unavailable"] += 1
            run.unread.add(region)
        return True

    def _seen(self, number: str, region: str) -> _Seen:
        tags: tuple[str, ...] = ()
        try:
            told = number_told(number)
            if told is None:
                return _Seen("unreadable")
            tags = tags_of(self.index, told)
            return _Seen(self._settled(tags, number, region), tags)
        except Exception as failure:
            # Whatever it is, it must not cost the others; its text may quote the number, its kind does not.
            return _Seen("failed", tags, type(failure).__name__)

    def _settled(self, tags: Sequence[str], number: str, region: str) -> str:
        at = self.clock.now()
        found = deciding(suppressions_of(self.store, tags))
        if found is None or found.is_new_no(region, at):
            self.stop_advertising(tags, BY_PROVIDER, at)
            # Should the note be lost, the next run makes it; or, if the customer has agreed by then, takes it for a no.
            self._note(deciding(suppressions_of(self.store, tags)), region, at)
            return "new"
        if found.stands:
            self._note(found, region, at)
            return "known"
        if not found.may_opt_in(region, at) or not self.opt_outs.opt_in(number, region):
            return "waiting"
        changed(self.store, found, lambda it: it.with_opt_in(region, at))
        return "opted_in"

    def _note(self, row: Suppression | None, region: str, at: datetime) -> None:
        # Should it be away, it is being re-tagged.
        if row is not None:
            changed(self.store, row, lambda it: it.with_listing(region, at))

    def _unlisted(self, run: _Run, time_left: Callable[[], bool]) -> int | None:
        """How many of ours were seen on none of the lists; None if there was not enough time.

        A row forgets the lists that do not hold it any more. So it does where the provider's answer was lost, which
        had taken it off; otherwise the next no there would be taken for the old one.
        """
        unlisted = 0
        for each in buckets(self._day):
            if not time_left():
                return None
            for row in self.store.history(Suppression, each):
                on = {region for region, tags in run.lists.items() if row.tag in tags}
                if off := row.listed.keys() - on - run.unread:
                    # One that was re-tagged since is seen under its new tag, today or tomorrow.
                    with suppress(NotFound):
                        changed(self.store, row, partial(Suppression.off_lists, regions=off))
                unlisted += row.stands and not on
        return unlisted
