"""Gives numbers their tags under the index's new key, and counts what still stands under a former one."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.due import buckets
from chalicelib.domain.errors import Contended
from chalicelib.domain.held_number import HeldNumber
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.number_tag import retagged, version_of
from chalicelib.domain.policy import Policy
from chalicelib.domain.suppression import Suppression, merged, place_of
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Absent, Conflict, Expect, Insert, Remove, Replace, Write
from chalicelib.ports import Clock, NumberIndex, NumberOpener, Store
from chalicelib.services.judging import SHARES, judged
from chalicelib.services.number_tags import holder_of, suppressions_of, tags_of
from chalicelib.services.opening import open_logged

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
        retagged: customers of whose rows some moved.
        former: rows that stand under a former key, by kind and by the key's version. Of customers these are the
            ones that are being erased, whose numbers nobody can open; those that failed are among the failures. Of
            suppressions, those that say no.
        until: when the last of the verifications among them ends; None if there are none.
        failures: counts by kind of error.
        complete: False if a part of the share was not reached: the time was up, or the rows could not be read on.
    """

    seen: int
    retagged: int
    former: Mapping[str, Mapping[str, int]]
    until: datetime | None
    failures: Mapping[str, int]
    complete: bool


@dataclass
class _Found:
    """The versions of what stands under a former key, one for each row, and the customers that were re-tagged."""

    retagged: list[str] = field(default_factory=list)
    customers: list[str] = field(default_factory=list)
    holders: list[str] = field(default_factory=list)
    verifications: list[str] = field(default_factory=list)
    ends: list[datetime] = field(default_factory=list)
    suppressions: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RetagNumbers:
    """A share at a time, in any order and as often as one likes: what has its new tag is left alone.

    The head, the row of who holds the number and the row of what it wants of advertising move in one commit. Whoever
    looks meanwhile looks under every live key: nobody is lost, and nobody is found twice.

    Restricted customers' numbers move, too: that a key which may be known does not guard them for years is protection
    (PIPL 47, 51; GDPR 18(2), 32), and what becomes of them is nothing else.
    """

    policy: Policy
    clock: Clock
    store: Store
    index: NumberIndex
    opener: NumberOpener

    def __call__(self, share: int, time_left: Callable[[], bool]) -> RetagReport:
        """Every customer of the share has the tag that is in use, as far as the time allows.

        Every opening stands in the access log. A row whose number cannot be opened keeps its tag, and is counted.

        Args:
            share: from 0 to below SHARES.
            time_left: False when no further row should be begun.
        """
        found = _Found()
        parts = (
            judged(self.store.share(Customer, share, SHARES), partial(self._customer, found), time_left),
            judged(self.store.share(TagHolder, share, SHARES), partial(self._holder, found), time_left),
            judged(self._living(share), partial(self._verification, found), time_left),
            judged(iter([(each,) for each in _of_share(share)]), partial(self._suppressions, found), time_left),
        )
        return RetagReport(
            seen=parts[0].seen,
            retagged=len(found.retagged),
            former={
                "customers": dict(Counter(found.customers)),
                "holders": dict(Counter(found.holders)),
                "verifications": dict(Counter(found.verifications)),
                "suppressions": dict(Counter(found.suppressions)),
            },
            until=max(found.ends, default=None),
            failures=dict(sum((part.failures for part in parts), Counter[str]())),
            complete=all(part.complete for part in parts),
        )

    def _is_former(self, tag: str) -> bool:
        return version_of(tag) != self.index.versions[0]

    def _living(self, share: int) -> Iterator[tuple[str, ...]]:
        until = self.clock.now() + LONGEST_LIFE
        return ((due.key,) for each in _of_share(share) for due in self.store.due(Verification, each, until))

    def _holder(self, found: _Found, tag: str) -> bool:
        # Counted for themselves: a number that is held under a key that is gone could be bound twice.
        former = self._is_former(tag)
        if former:
            found.holders.append(version_of(tag))
        return former

    def _verification(self, found: _Found, verification_id: str) -> bool:
        verification = self.store.get(Verification, verification_id)
        former = verification is not None and self._is_former(verification.tag)
        if verification is not None and former:
            found.verifications.append(version_of(verification.tag))
            found.ends.append(verification.due_at)
        return former

    def _suppressions(self, found: _Found, partition: str) -> bool:
        rows = self.store.history(Suppression, partition)
        found.suppressions += [version_of(row.tag) for row in rows if row.stands and self._is_former(row.tag)]
        return True

    def _customer(self, found: _Found, customer_id: str) -> bool:
        # By the name of the data key, so that no number is opened twice however often the commit is lost.
        opened: dict[str, Sequence[str]] = {}
        for _ in range(MOST_ROUNDS):
            customer = self.store.get(Customer, customer_id)
            if customer is None:
                return False
            former = [number for number in customer.numbers if self._is_former(number.tag)]
            if former and customer.shredded_at is not None:
                found.customers += [version_of(number.tag) for number in former]
                return True
            # A number may have said no under a former key before a customer bound it under the one in use.
            if not former and (customer.suppressed_at is None or not customer.other_tags):
                return False
            try:
                self._open(customer, [number for number in former if number.number.key_id not in opened], opened)
                rows = list(self._rows(customer, opened))
                if former:
                    rows.append(Replace(customer, retagged(customer, opened)))
                elif not any(isinstance(write, Remove) for write in rows):
                    return False
                self.store.commit(*rows)
            except Conflict:
                continue
            found.retagged.append(customer_id)
            return True
        raise Contended

    def _open(self, customer: Customer, numbers: Sequence[HeldNumber], tags: dict[str, Sequence[str]]) -> None:
        for held in numbers:
            at = self.clock.now()
            entry = AccessLogEntry(
                id=new_id("acc"),
                customer_id=customer.id,
                at=at,
                action=WHO,
                purpose=WHAT_FOR,
                channel="none",
                role="system",
                client_id=WHO,
                subject=WHO,
                evidence=(),
                lapses_at=at + timedelta(days=self.policy.rules.retention.access_log_days),
            )
            self.store.commit(Insert(entry), Expect(customer))
            number = open_logged(self.store, self.opener, self.clock, held.number, entry)
            tags[held.number.key_id] = tags_of(self.index, number)

    def _rows(self, customer: Customer, opened: Mapping[str, Sequence[str]]) -> Iterator[Write]:
        for held in customer.numbers:
            tags = tuple(dict.fromkeys((*opened.get(held.number.key_id, ()), *held.tags)))
            holder = holder_of(self.store, tags)
            if holder is not None and holder.customer_id != customer.id:
                # Of a change that waits, or after a closing, it may be somebody else's: its rows move with their head.
                continue
            if holder is not None and holder.tag != tags[0]:
                yield Remove(holder)
                yield Insert(TagHolder(tags[0], customer.id))
            yield from self._gathered(tags)

    def _gathered(self, tags: Sequence[str]) -> Iterator[Write]:
        """Whatever the number said of advertising stands under its first tag."""
        rows = {row.tag: row for row in suppressions_of(self.store, tags)}
        first, *others = tags
        # A STOP that comes in this moment must not be left under a former key.
        yield from (Remove(rows[tag]) if tag in rows else Absent(Suppression, place_of(tag)) for tag in others)
        if rows.keys() - {first}:
            one = merged(list(rows.values()), first)
            yield Replace(rows[first], one) if first in rows else Insert(one)


def _of_share(share: int) -> list[str]:
    """The partitions of an index that fall into the share."""
    return [each for each in buckets(0) if int(each) % SHARES == share]
