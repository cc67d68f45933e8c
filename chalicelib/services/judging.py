"""Rows judged one by one, some at a time: whatever is wrong with one row must not keep the others."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice

from chalicelib.domain.writes import Record
from chalicelib.ports import Store
from chalicelib.services.concurrently import together

AT_ONCE = 16
# In how many shares a table is read: who comes each hour for the hour's share has seen every row in a day, and there is
# no cursor to lose.
SHARES = 24

Key = tuple[str, ...]


@dataclass
class Judged:
    """What came of the rows.

    Attributes:
        seen: how many were judged, failures included.
        findings: keys of the rows that were judged true. Lambda gives room with speed: a run that has the time for
            150 000 findings keeps 40 MB, and has 256.
        failures: counts by kind of error.
        complete: False if a part was not reached: the time was up, or the rows could not be read on.
    """

    seen: int = 0
    findings: list[Key] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    complete: bool = True

    def add(self, keys: Sequence[Key], outcomes: Sequence[bool | str]) -> None:
        """These rows are among what was seen."""
        self.seen += len(keys)
        self.findings += [key for key, outcome in zip(keys, outcomes, strict=True) if outcome is True]
        self.failures.update(outcome for outcome in outcomes if isinstance(outcome, str))


def judged(rows: Iterator[Key], judge: Callable[..., bool], time_left: Callable[[], bool]) -> Judged:
    """Every row has been judged that could be read in time.

    Args:
        judge: takes the parts of a row's key.
        time_left: False when no further row should be begun.
    """
    result = Judged()
    try:
        while some := list(islice(rows, AT_ONCE)):
            if not time_left():
                result.complete = False
                break
            result.add(some, together(*(partial(_outcome, judge, key) for key in some)))
    except Exception as failure:
        result.failures[type(failure).__name__] += 1
        result.complete = False
    return result


def every(store: Store, kind: type[Record]) -> Iterator[Key]:
    """The key of every row of this kind, a share of the table after the other."""
    return chain.from_iterable(store.share(kind, which, SHARES) for which in range(SHARES))


def _outcome(judge: Callable[..., bool], key: Key) -> bool | str:
    """The judgement, or what it failed with: a row that cannot even be read among it."""
    try:
        return judge(*key)
    except Exception as failure:
        return type(failure).__name__
