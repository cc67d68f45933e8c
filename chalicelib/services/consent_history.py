"""Reads a customer's consent events."""

from dataclasses import dataclass

from chalicelib.domain.consent import ConsentEvent
from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.errors import LedgerDamaged
from chalicelib.domain.ledger import LedgerEvent, first_break
from chalicelib.ports import LedgerCipher, Store
from chalicelib.services.changing import existing
from chalicelib.services.concurrently import together
from chalicelib.services.ledger_reading import head_and_chain


@dataclass(frozen=True)
class ConsentHistory:
    """Every event, in the order of the chain, and the chain checked on the way."""

    store: Store
    ledger: LedgerCipher

    def __call__(self, customer_id: str) -> list[ConsentEvent]:
        """The customer's events, oldest first; none once the ledger's own retention has ended.

        Raises:
            NotFound: there is no such customer.
            LedgerDamaged: the chain does not hold or ends elsewhere than at the head, or an event is not what it
                committed to.
            Contended: others wrote to the same customer without pause.
        """
        return [event for event, _ in self.chained(customer_id)[1]]

    def chained(self, customer_id: str) -> tuple[Customer, list[tuple[ConsentEvent, LedgerEvent]]]:
        """The customer, and the same events with the links that hold them.

        Raises:
            NotFound, LedgerDamaged, Contended: as a call does.
        """
        customer, key = together(
            lambda: existing(self.store, Customer, customer_id),
            lambda: self.store.get(WrappedKey, customer_id, LEDGER_KEY),
        )
        customer, links = head_and_chain(self.store, customer)
        damage = first_break(customer_id, links, customer.ledger_sequence, customer.ledger_hash)
        if damage is not None:
            raise LedgerDamaged(damage)
        if key is None or not links:
            return customer, []
        unlocked = self.ledger.unlock(key)
        return customer, [
            (ConsentEvent.from_canonical(unlocked.open(link.event_id, link.commitment, link.sealed).payload), link)
            for link in links
        ]
