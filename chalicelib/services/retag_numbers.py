"""Gives numbers their tags under the index's new key, and counts what still stands under a former one."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.due import buckets
from chalicelib.domain.errors import Contended
from chalicelib.domain.held_number import HeldNumber
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.number_tag import retagged, version_of
from chalicelib.domain.suppression import Suppression, place_of
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Conflict, Expect, Insert, Remove, Replace, Write
from chalicelib.ports import Clock, NumberIndex, NumberOpener, Store
from chalicelib.services.judging import judged
from chalicelib.services.number_tags import tags_of
from chalicelib.services.opening import open_logged

# At some 200 numbers a second, 24 runs of a quarter of an hour are four million numbers; what is left, the next has.
SHARES = 24
# Each round that is lost was won by somebody who changed the same customer.
MOST_ROUNDS = 5
# Beyond the life of any verification.
LONGEST_LIFE = timedelta(days=365)
# What the access log says of an opening that nobody asked for: who, and what for.
WHO, WHAT_FOR = "retag", "key_rotation"


@dataclass(frozen=True)
class RetagReport:
    """What one run saw and did.

    Attributes:
        seen: how many customers were judged, failures included.
        retagged: customers whose numbers have new tags.
        former: rows that stand under a former key, by kind and by the key's version. Of customers these are the
            restricted ones, whose numbers nobody may open; those that failed are among the failures.
        failures: counts by kind of error.
        complete: False if a part of the share was not reached: the time was up, or the rows could not be read on.
    """

    seen: int
    retagged: int
    former: Mapping[str, Mapping[str, int]]
    failures: Mapping[str, int]
    complete: bool


@dataclass
class _Found:
    """The versions of what stands under a former key, one for each row, and the customers that were re-tagged."""

    retagged: list[str] = field(default_factory=list)
    customers: list[str] = field(default_factory=list)
    verifications: list[str] = field(default_factory=list)
    suppressions: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RetagNumbers:
    """A share at a time, in any order and as often as one likes: what has its new tag is left alone.

    The head, the row of who holds the number and the row of what it wants of advertising move in one commit. Whoever
    looks meanwhile looks under every live key: nobody is lost, and nobody is found twice.
    """

    clock: Clock
    store: Store
    index: NumberIndex
    opener: NumberOpener

    def __call__(self, share: int, time_left: Callable[[], bool]) -> RetagReport:
        """Every open customer of the share has the tag that is in use, as far as the time allows.

        Every opening stands in the access log. A row whose number cannot be opened keeps its tag, and is counted.

        Args:
            share: from 0 to below SHARES.
            time_left: False when no further row should be begun.
        """
        found = _Found()
        parts = (
            judged(self.store.share(Customer, share, SHARES), partial(self._customer, found), time_left),
            judged(self._living(share), partial(self._verification, found), time_left),
            judged(iter([(each,) for each in _of_share(share)]), partial(self._suppressions, found), time_left),
        )
        return RetagReport(
            seen=parts[0].seen,
            retagged=len(found.retagged),
            former={
                "customers": dict(Counter(found.customers)),
                "verifications": dict(Counter(found.verifications)),
                "suppressions": dict(Counter(found.suppressions)),
            },
            failures=dict(sum((part.failures for part in parts), Counter[str]())),
            complete=all(part.complete for part in parts),
        )

    def _is_former(self, tag: str) -> bool:
        return version_of(tag) != self.index.versions[0]

    def _living(self, share: int) -> Iterator[tuple[str, ...]]:
        until = self.clock.now() + LONGEST_LIFE
        return ((due.key,) for each in _of_share(share) for due in self.store.due(Verification, each, until))

    def _verification(self, found: _Found, verification_id: str) -> bool:
        verification = self.store.get(Verification, verification_id)
        former = verification is not None and self._is_former(verification.tag)
        if verification is not None and former:
            found.verifications.append(version_of(verification.tag))
        return former

    def _suppressions(self, found: _Found, partition: str) -> bool:
        tags = [row.tag for row in self.store.history(Suppression, partition)]
        found.suppressions += [version_of(tag) for tag in tags if self._is_former(tag)]
        return True

    def _customer(self, found: _Found, customer_id: str) -> bool:
        # By the name of the data key, so that no number is opened twice however often the commit is lost.
        tags: dict[str, Sequence[str]] = {}
        for _ in range(MOST_ROUNDS):
            customer = self.store.get(Customer, customer_id)
            former = [number for number in customer.numbers if self._is_former(number.tag)] if customer else []
            if customer is None or not former:
                return False
            if not customer.is_open:
                # PIPL 47: stored and protected, and nothing else.
                found.customers += [version_of(number.tag) for number in former]
                return True
            try:
                self._open(customer, [number for number in former if number.number.key_id not in tags], tags)
                self.store.commit(*self._moved(customer, former, tags))
            except Conflict:
                continue
            found.retagged.append(customer_id)
            return True
        raise Contended

    def _open(self, customer: Customer, numbers: Sequence[HeldNumber], tags: dict[str, Sequence[str]]) -> None:
        for held in numbers:
            entry = AccessLogEntry(
                id=new_id("acc"),
                customer_id=customer.id,
                at=self.clock.now(),
                action=WHO,
                purpose=WHAT_FOR,
                channel="none",
                role="system",
                client_id=WHO,
                subject=WHO,
                evidence=(),
            )
            self.store.commit(Insert(entry), Expect(customer))
            number = open_logged(self.store, self.opener, self.clock, held.number, entry)
            tags[held.number.key_id] = tags_of(self.index, number)

    def _moved(
        self, customer: Customer, numbers: Sequence[HeldNumber], tags: Mapping[str, Sequence[str]]
    ) -> Iterator[Write]:
        yield Replace(customer, retagged(customer, tags))
        for held in numbers:
            tag = tags[held.number.key_id][0]
            holder = self.store.get(TagHolder, held.tag)
            if holder is None or holder.customer_id != customer.id:
                # Of a change that waits, the other number may still be somebody else's: its rows move with their head.
                continue
            yield Remove(holder)
            yield Insert(TagHolder(tag, customer.id))
            row = self.store.get(Suppression, *place_of(held.tag))
            if row is not None:
                yield Remove(row)
                yield Insert(replace(row, tag=tag, version=""))


def _of_share(share: int) -> list[str]:
    """The partitions of an index that fall into the share."""
    return [each for each in buckets(0) if int(each) % SHARES == share]
