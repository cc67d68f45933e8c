"""Everything that is held about a customer, and the proof of what they agreed to."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.access import AccessLogEntry, DecisionLogEntry
from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.errors import LedgerDamaged
from chalicelib.domain.evidence import OpenedLink
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.ports import Clock, LedgerCipher, Store, UnlockedLedger
from chalicelib.services.changing import existing
from chalicelib.services.ledger_reading import head_and_chain


@dataclass(frozen=True)
class Export:
    """One customer, as far as anything is left.

    Attributes:
        readable: False once the ledger key is gone: the chain is left, and what it said is nowhere any more.
        accesses: who opened the number, oldest first.
        decisions: who asked whether they may, oldest first.
    """

    exported_at: datetime
    customer: Customer
    readable: bool
    links: tuple[OpenedLink, ...]
    accesses: tuple[AccessLogEntry, ...]
    decisions: tuple[DecisionLogEntry, ...]


@dataclass(frozen=True)
class ExportCustomer:
    """Hands out the chain as it stands, holding or not: whether it holds is for the verifier to say."""

    clock: Clock
    store: Store
    ledger: LedgerCipher

    def __call__(self, customer_id: str) -> Export:
        """What is held about the customer at this moment.

        Raises:
            NotFound: there is no such customer.
            Contended: others wrote to the same customer without pause.

        Source: PIPL 45; GDPR 15, 20.
        """
        # Before the head: if the key goes in between, the head says so.
        key = self.store.get(WrappedKey, customer_id, LEDGER_KEY)
        customer, links = head_and_chain(self.store, existing(self.store, Customer, customer_id))
        readable = key is not None and LEDGER_KEY in customer.key_ids
        unlocked = self.ledger.unlock(key) if key is not None and readable else None
        return Export(
            exported_at=self.clock.now(),
            customer=customer,
            readable=readable,
            links=tuple(_opened(link, unlocked) for link in links),
            accesses=tuple(self.store.history(AccessLogEntry, customer_id)),
            decisions=tuple(self.store.history(DecisionLogEntry, customer_id)),
        )


def _opened(link: LedgerEvent, unlocked: UnlockedLedger | None) -> OpenedLink:
    if unlocked is None:
        return OpenedLink(link)
    try:
        return OpenedLink(link, unlocked.open(link.event_id, link.commitment, link.sealed))
    except LedgerDamaged:
        return OpenedLink(link)
