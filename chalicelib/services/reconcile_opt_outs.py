"""Brings the provider's list of opt-outs and ours together."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from chalicelib.domain.due import buckets
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.phone_number import number_told
from chalicelib.domain.policy import Policy
from chalicelib.domain.suppression import BY_PROVIDER, Suppression, place_of
from chalicelib.ports import Clock, NumberIndex, ProviderOptOuts, Store
from chalicelib.services.changing import changed
from chalicelib.services.concurrently import together
from chalicelib.services.stop_advertising import StopAdvertising

COUNTED = ("new", "known", "opted_in", "waiting", "unreadable")


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
    tag: str | None = None
    failure: str | None = None


@dataclass(frozen=True)
class ReconcileOptOuts:
    """Whoever told the provider to stop has told us; whoever agreed in person later is taken off its list."""

    policy: Policy
    clock: Clock
    store: Store
    index: NumberIndex
    opt_outs: ProviderOptOuts
    stop_advertising: StopAdvertising

    def __call__(self, time_left: Callable[[], bool]) -> OptOutReport:
        """Every number on the lists was looked at, as far as the time allows. One that fails keeps back no other.

        Args:
            time_left: asked before each page.
        """
        counts: Counter[str] = Counter()
        failures: Counter[str] = Counter()
        # A million take some 150 MB; the time is over before.
        listed: set[str] = set()
        complete = True
        for region in self.opt_outs.regions(self.policy.rules.sms.opt_out_regions):
            try:
                for page in self.opt_outs.listed(region):
                    if not time_left():
                        complete = False
                        break
                    for seen in self._page(page, region):
                        counts[seen.outcome] += 1
                        failures.update(filter(None, [seen.failure]))
                        listed.update(filter(None, [seen.tag]))
            except Unavailable:
                failures["Unavailable"] += 1
        return OptOutReport(
            listed=counts.total(),
            ours_only=self._unlisted(listed) if complete and not failures else None,
            failures=dict(failures),
            complete=complete,
            **{name: counts[name] for name in COUNTED},
        )

    def _page(self, page: Sequence[str], region: str) -> Sequence[_Seen]:
        calls = [partial(self._seen, number, region) for number in page]
        return together(*calls) if calls else ()

    def _seen(self, number: str, region: str) -> _Seen:
        tag = None
        try:
            told = number_told(number)
            if told is None:
                return _Seen("unreadable")
            tag = self.index.tag(told)
            return _Seen(self._settled(tag, number, region), tag)
        except Exception as failure:
            # Whatever it is, it must not cost the others; its text may quote the number, its kind does not.
            return _Seen("failed", tag, type(failure).__name__)

    def _settled(self, tag: str, number: str, region: str) -> str:
        at = self.clock.now()
        found = self.store.get(Suppression, *place_of(tag))
        if found is None or found.listed_again(region, at):
            self.stop_advertising(tag, BY_PROVIDER, at)
            return "new"
        if found.stands:
            return "known"
        if not found.may_opt_in(region, at) or not self.opt_outs.opt_in(number, region):
            return "waiting"
        changed(self.store, found, lambda it: it.with_opt_in(region, at))
        return "opted_in"

    def _unlisted(self, listed: set[str]) -> int:
        rows = (row for each in buckets(0) for row in self.store.history(Suppression, each))
        return sum(row.stands and row.tag not in listed for row in rows)
