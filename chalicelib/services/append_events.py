"""Makes consent events part of a customer's ledger."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.claim import Claim
from chalicelib.domain.consent import ConsentEvent
from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.errors import Contended, NotFound
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.policy import Policy
from chalicelib.domain.schedule import dated
from chalicelib.domain.writes import Conflict, Insert, Replace, Write
from chalicelib.ports import Clock, LedgerCipher, Store, UnlockedLedger
from chalicelib.services.chaining import chained
from chalicelib.services.changing import existing
from chalicelib.services.concurrently import together

# Of fifty writers who never pause, the unluckiest loses some dozens of rounds. Beyond this it may come again.
MOST_ROUNDS = 120


Change = Callable[[Customer, Sequence[ConsentEvent], datetime], tuple[Customer, Sequence[Write]]]


@dataclass(frozen=True)
class AppendEvents:
    """The events join the customer's chain and the head says the new states, in one commit."""

    policy: Policy
    clock: Clock
    store: Store
    ledger: LedgerCipher

    def __call__(
        self,
        customer_id: str,
        say: Callable[[Customer, datetime], Sequence[ConsentEvent]],
        change: Change = lambda customer, _events, _at: (customer, ()),
    ) -> Sequence[ConsentEvent]:
        """The events that `say` makes of the customer as they stand are the last of the chain, and the head is changed.

        Args:
            say: pure; it is asked again after each lost round, and may refuse. One event for each purpose at most.
            change: what else of the head changes, and what else belongs into the commit; asked again like `say`.

        Raises:
            NotFound: there is no such customer, or the ledger's retention has ended.
            Contended: others wrote to the same customer without pause.
            Refused: what `say` raises.
        """
        customer, key = together(
            lambda: existing(self.store, Customer, customer_id),
            lambda: self.store.get(WrappedKey, customer_id, LEDGER_KEY),
        )
        unlocked: UnlockedLedger | None = None
        for _ in range(MOST_ROUNDS):
            at = self.clock.now()
            events = say(customer, at)
            after, writes = change(customer, events, at)
            if events:
                # Not before there is an event: what is refused, or nothing, costs no more.
                unlocked = unlocked or self._unlocked(key)
                after, links = chained(after, events, at, unlocked)
                writes = (*map(Insert, links), *writes)
            if after is customer and not writes:
                return ()
            try:
                self.store.commit(Replace(customer, dated(after, self.policy.rules)), *writes)
                return events
            except Conflict as conflict:
                if conflict.hit(Claim) or not (conflict.hit(Customer) or conflict.hit(LedgerEvent)):
                    raise
                customer = conflict.current(Customer) or existing(self.store, Customer, customer_id)
        raise Contended

    def _unlocked(self, key: WrappedKey | None) -> UnlockedLedger:
        if key is None:
            raise NotFound
        return self.ledger.unlock(key)
