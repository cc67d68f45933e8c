"""The scheduled sweep: finds keys without a customer and customers without a key."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from chalicelib.domain.customer import Customer, WrappedKey
from chalicelib.domain.writes import Absent, Expect, Write
from chalicelib.ports import Clock, Store
from chalicelib.services.judging import SHARES, judged
from chalicelib.services.orphaned_keys import certain, removal

# The brake. A customers table that was restored empty or old makes orphans of good keys, and a key cannot be brought
# back for longer than a day. Orphans come by ones, or with a restored key table, which brings back what one day erased.
MOST_ORPHANS = 10
# Of the keys, of which each customer has two. A day that erases so much is no usual day.
MOST_PERCENT = 1


@dataclass(frozen=True)
class SweepReport:
    """What one run saw and did.

    Attributes:
        keys_seen, customers_seen: how many were judged, failures included.
        keys_removed: keys under which nothing is sealed that is still kept.
        keys_held_back: such keys that are left alone, since there are too many: a person decides.
        customers_without_key: customers with something that nobody can open any more.
        failures: counts by kind of error; what failed is judged again a day later.
        complete: False if a part of the share was not reached: the time was up, or the table could not be read on.
    """

    keys_seen: int
    customers_seen: int
    keys_removed: int
    keys_held_back: int
    customers_without_key: int
    failures: Mapping[str, int]
    complete: bool


@dataclass(frozen=True)
class SweepKeys:
    """Orphans are in no index, so this one use case scans: keys only, a share of the tables at a time.

    The scan may be behind. What it finds is read again, and true at the very moment of the commit that acts on it.
    """

    clock: Clock
    store: Store

    def __call__(self, time_left: Callable[[], bool], tell: Callable[[str], None]) -> SweepReport:
        """This hour's share has no key without a customer, and every customer in it without a key has been told of.

        Nothing is removed before all keys of the share have been judged, and nothing at all if orphans are many.

        Args:
            time_left: False when the run should end.
            tell: takes the id of each customer without a key. Nothing here can heal that.

        Source: decisions 0004, 0012.
        """
        hour = self.clock.now().hour
        keys = judged(self.store.share(WrappedKey, hour, SHARES), self._is_orphan, time_left)
        sound = keys.seen - keys.failures.total()
        few = len(keys.findings) <= max(MOST_ORPHANS, sound * MOST_PERCENT // 100)
        # Of a share that was not read to its end nobody knows how much of it is orphaned.
        removed = judged(iter(keys.findings if few and keys.complete else ()), self._removed, time_left)
        customers = judged(self.store.share(Customer, hour, SHARES), partial(self._told, tell), time_left)
        return SweepReport(
            keys_seen=keys.seen,
            customers_seen=customers.seen,
            keys_removed=len(removed.findings),
            keys_held_back=0 if few else len(keys.findings),
            customers_without_key=len(customers.findings),
            failures=dict(keys.failures + removed.failures + customers.failures),
            complete=keys.complete and removed.complete and customers.complete,
        )

    def _is_orphan(self, customer_id: str, key_id: str) -> bool:
        return bool(removal(self.store, customer_id, key_id))

    def _removed(self, customer_id: str, key_id: str) -> bool:
        return certain(self.store, lambda: removal(self.store, customer_id, key_id))

    def _told(self, tell: Callable[[str], None], customer_id: str) -> bool:
        lost = certain(self.store, lambda: self._loss(customer_id))
        if lost:
            tell(customer_id)
        return lost

    def _loss(self, customer_id: str) -> Sequence[Write]:
        customer = self.store.get(Customer, customer_id)
        if customer is None:
            return ()
        missing = customer.key_ids - {key.key_id for key in self.store.history(WrappedKey, customer_id)}
        # The clock is read after the keys: a purge takes a key only once the customer is due, and finishes it. What is
        # due of an open contract takes a key in the commit that writes the head, if at all.
        purge_at = None if customer.is_open else customer.due_at
        if not missing or (purge_at is not None and purge_at <= self.clock.now()):
            return ()
        return Expect(customer), *(Absent(WrappedKey, (customer_id, key_id)) for key_id in missing)
