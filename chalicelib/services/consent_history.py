"""Reads a customer's consent events."""

from dataclasses import dataclass

from chalicelib.domain.consent import ConsentEvent
from chalicelib.domain.customer import LEDGER_KEY, WrappedKey
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.ports import LedgerCipher, Store
from chalicelib.services.concurrently import together


@dataclass(frozen=True)
class ConsentHistory:
    """Every event, in the order of the chain."""

    store: Store
    ledger: LedgerCipher

    def __call__(self, customer_id: str) -> list[ConsentEvent]:
        """The customer's events, oldest first; none once the ledger's own retention has ended."""
        links, key = together(
            lambda: self.store.history(LedgerEvent, customer_id),
            lambda: self.store.get(WrappedKey, customer_id, LEDGER_KEY),
        )
        if key is None or not links:
            return []
        unlocked = self.ledger.unlock(key)
        return [
            ConsentEvent.from_canonical(unlocked.open(link.event_id, link.commitment, link.sealed)) for link in links
        ]
