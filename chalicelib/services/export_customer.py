"""Everything that is held about a customer, and the proof of what they agreed to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.access import AccessLogEntry, DecisionLogEntry
from chalicelib.domain.certificate import ErasureCertificate
from chalicelib.domain.consent import ConsentEvent
from chalicelib.domain.consent_record import consent_receipt, consent_record
from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.errors import LedgerDamaged
from chalicelib.domain.evidence import OpenedLink
from chalicelib.domain.holding import Holding
from chalicelib.domain.holds import holding
from chalicelib.domain.ledger import LedgerEvent, first_break
from chalicelib.domain.policy import Policy
from chalicelib.domain.rights import RightsRequest
from chalicelib.domain.schedule import purge_at
from chalicelib.ports import Clock, LedgerCipher, Store, UnlockedLedger
from chalicelib.services.changing import existing
from chalicelib.services.concurrently import together
from chalicelib.services.ledger_reading import head_and_chain


@dataclass(frozen=True)
class Export:
    """One customer, as far as anything is left.

    Attributes:
        readable: False once the ledger key is gone: the chain is left, and what it said is nowhere any more.
        accesses: who opened the number, oldest first.
        decisions: who asked whether they may, oldest first.
        requests: what the customer asked for by right, oldest first.
        holds: the laws that forbid erasing now.
        purge_at: when a restricted customer's number goes, as things stand; None while a case holds it.
        certificate: of the erasing, if there was one and its own time is not over.
        receipts: by ISO/IEC TS 27560, one for each purpose that the customer spoke on; none of a chain that is damaged.
    """

    exported_at: datetime
    customer: Customer
    readable: bool
    links: tuple[OpenedLink, ...]
    accesses: tuple[AccessLogEntry, ...]
    decisions: tuple[DecisionLogEntry, ...]
    requests: tuple[RightsRequest, ...]
    holds: tuple[Holding, ...]
    purge_at: datetime | None
    certificate: ErasureCertificate | None
    receipts: tuple[bytes, ...]


@dataclass(frozen=True)
class ExportCustomer:
    """Hands out the chain as it stands, holding or not: whether it holds is for the verifier to say."""

    policy: Policy
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
        opened, at = tuple(_opened(link, unlocked) for link in links), self.clock.now()
        accesses, decisions, requests, certificate = together(
            lambda: self.store.history(AccessLogEntry, customer_id),
            lambda: self.store.history(DecisionLogEntry, customer_id),
            lambda: list(self.store.owned(RightsRequest, customer_id)),
            lambda: self.store.get(ErasureCertificate, customer_id),
        )
        return Export(
            exported_at=at,
            customer=customer,
            readable=readable,
            links=opened,
            accesses=tuple(accesses),
            decisions=tuple(decisions),
            requests=tuple(sorted(requests, key=lambda it: (it.received_at, it.id))),
            holds=tuple(holding(customer, self.policy.rules, at)),
            purge_at=purge_at(customer, self.policy.rules),
            certificate=certificate,
            receipts=tuple(self._receipts(customer, opened)),
        )

    def _receipts(self, customer: Customer, links: tuple[OpenedLink, ...]) -> Iterator[bytes]:
        chain = [it.link for it in links]
        if first_break(customer.id, chain, customer.ledger_sequence, customer.ledger_hash) is not None:
            return
        said = [(ConsentEvent.from_canonical(it.words.payload), it.link) for it in links if it.words]
        if len(said) != len(links):
            return
        for purpose in dict.fromkeys(event.purpose for event, _ in said):
            events = [it for it in said if it[0].purpose == purpose]
            yield consent_receipt(consent_record(events, self.policy, under_14=customer.under_14))


def _opened(link: LedgerEvent, unlocked: UnlockedLedger | None) -> OpenedLink:
    if unlocked is None:
        return OpenedLink(link)
    try:
        return OpenedLink(link, unlocked.open(link.event_id, link.commitment, link.sealed))
    except LedgerDamaged:
        return OpenedLink(link)
