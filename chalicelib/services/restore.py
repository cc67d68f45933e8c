"""Replays what happened since an old copy of one table was made, before anything is served."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from chalicelib.domain.certificate import ErasureCertificate, opened_until
from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.writes import Record, Replace, Write
from chalicelib.ports import Clock, Store
from chalicelib.services.judging import Judged, every, judged
from chalicelib.services.orphaned_keys import certain, removal
from chalicelib.services.replay_certificates import ReplayCertificates
from chalicelib.services.replay_customer import (
    CERTIFICATES,
    CUSTOMERS,
    KEYS,
    LEDGER,
    SUPPRESSIONS,
    ReplayCustomer,
)
from chalicelib.services.replay_suppression import ReplaySuppression

KEY_CAME_BACK, CHAIN_SHORT = "key_came_back", "chain_short"

Tell = Callable[[str, str], None]


@dataclass
class RestoreReport:
    """What was found.

    Attributes:
        seen: how many rows were looked at.
        found: how often each thing was.
        failures: by kind of error. Begin again.
        complete: False if a table could not be read to its end. Begin again.
    """

    seen: int = 0
    found: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    complete: bool = True

    def add(self, some: Judged) -> None:
        """These rows are among what was seen."""
        self.seen += some.seen
        self.failures += some.failures
        self.complete = self.complete and some.complete


@dataclass(frozen=True)
class Restore:
    """Every row is read anew and judged by itself, so that whatever stops a run, it is simply begun again."""

    clock: Clock
    store: Store
    replay_customer: ReplayCustomer
    replay_suppression: ReplaySuppression
    replay_certificates: ReplayCertificates

    def __call__(self, old: str, go: bool, tell: Tell) -> RestoreReport:
        """Nobody is un-withdrawn or un-erased by the copy. Without `go` nothing is changed: the report says who is.

        Args:
            old: the table of which an old copy was put back, one of TABLES.
            tell: takes a customer and what was found of them.

        Source: PIPL 47; GDPR 7(3), 17, 32(1)(c).
        """
        report, found = RestoreReport(), list[str]()

        # Rows are judged in threads, in which a list can be added to and a count cannot.
        def noted(customer_id: str, *findings: str) -> bool:
            found.extend(findings)
            for finding in findings:
                tell(customer_id, finding)
            return bool(findings)

        def replayed(customer_id: str) -> bool:
            return noted(customer_id, *self.replay_customer(customer_id, old, go))

        def without_head(customer_id: str, key_id: str) -> bool:
            # Each customer has one such key, and others beside it.
            is_lost = key_id == LEDGER_KEY and self.store.get(Customer, customer_id) is None
            return is_lost and replayed(customer_id)

        def erased_again(customer_id: str, key_id: str) -> bool:
            return self._orphan(customer_id, key_id, go) and noted(customer_id, KEY_CAME_BACK)

        def listed_again(customer_id: str) -> bool:
            return self.replay_suppression(customer_id, go) and noted(customer_id, SUPPRESSIONS)

        def certified(customer_id: str) -> bool:
            return noted(customer_id, *self.replay_certificates(customer_id, go))

        def short(customer_id: str) -> bool:
            return self._is_short(customer_id) and noted(customer_id, CHAIN_SHORT)

        steps: Mapping[str, tuple[tuple[type[Record], Callable[..., bool]], ...]] = {
            CUSTOMERS: ((Customer, replayed), (WrappedKey, without_head)),
            # What came back goes first: of a number whose key is there, nobody can say that it is gone.
            KEYS: ((WrappedKey, erased_again), (Customer, replayed)),
            SUPPRESSIONS: ((Customer, listed_again),),
            LEDGER: ((Customer, short),),
            CERTIFICATES: ((Customer, certified),),
        }
        for kind, judge in steps[old]:
            report.add(judged(every(self.store, kind), judge, lambda: True))
        report.found.update(found)
        return report

    def _orphan(self, customer_id: str, key_id: str, go: bool) -> bool:
        if go:
            return certain(self.store, lambda: self._removal(customer_id, key_id))
        return bool(removal(self.store, customer_id, key_id))

    def _removal(self, customer_id: str, key_id: str) -> Sequence[Write]:
        gone, made = removal(self.store, customer_id, key_id), self.store.get(ErasureCertificate, customer_id)
        if not gone or made is None:
            return gone
        # It promised an instant from which no copy opens: there is one more copy now.
        return (*gone, Replace(made, opened_until(made, self.clock.now())))

    def _is_short(self, customer_id: str) -> bool:
        """The gate asks the head, which knows every word; what was lost is the proof."""
        head = self.store.get(Customer, customer_id)
        last = self.store.history(LedgerEvent, customer_id, newest_first=True, limit=1)
        return head is not None and (last[0].sequence if last else 0) < head.ledger_sequence
