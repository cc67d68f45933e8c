"""Makes a customer of another system ours: with a number that nobody has proved here, and the words that came along."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.errors import CustomerExists, NumberInUse
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.import_row import ImportRow
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.origin import Provenance
from chalicelib.domain.policy import Policy
from chalicelib.domain.schedule import dated
from chalicelib.domain.suppression import Suppression, suppressed
from chalicelib.domain.writes import Conflict, Insert, Write
from chalicelib.ports import Clock, LedgerCipher, NumberIndex, NumberSealer, Store
from chalicelib.services.chaining import chained
from chalicelib.services.concurrently import together
from chalicelib.services.number_tags import suppressions_of, tags_of, unchanged, unheld
from chalicelib.services.witnessing import first_witness

IMPORTED, PRESENT = "imported", "present"


@dataclass(frozen=True)
class ImportCustomer:
    """One row is one commit, so that a run which stops anywhere is simply begun again: what is there is found there."""

    policy: Policy
    clock: Clock
    store: Store
    index: NumberIndex
    sealer: NumberSealer
    ledger: LedgerCipher

    def __call__(self, row: ImportRow, provenance: Provenance) -> str:
        """The customer exists, imported and unproved, or has since the same batch brought them: IMPORTED or PRESENT.

        Nobody who is there already is overwritten, whatever the row says, and nobody comes back: a customer who was
        erased has a tombstone under their id.

        Raises:
            CustomerExists: the id is taken, by somebody whom this batch did not bring.
            NumberInUse: another customer holds the number.
            Contended, Unavailable: the row is as good as not read.

        Source: PIPL 13, 19; GDPR 5(1)(d), 7(1).
        """
        found = self.store.get(Customer, row.customer_id)
        if found is not None:
            return self._present(found, provenance)
        at = self.clock.now()
        tags, envelope, ledger_key = together(
            lambda: tags_of(self.index, row.number),
            lambda: self.sealer.envelope(row.customer_id),
            lambda: self.ledger.new_key(row.customer_id),
        )
        customer = Customer(
            id=row.customer_id,
            created_at=at,
            verified_at=None,
            locale=row.locale,
            tag=tags[0],
            other_tags=tags[1:],
            masked=row.number.masked,
            region=row.number.region,
            number=envelope.seal(row.number),
            status="imported",
            under_14=row.under_14,
            time_zones=row.number.time_zones,
            own_time_zone=row.time_zone,
            provenance=str(provenance),
        )
        suppressions, unlocked = together(
            lambda: suppressions_of(self.store, tags),
            lambda: self.ledger.unlock(ledger_key) if row.consents else None,
        )
        links: list[LedgerEvent] = []
        if unlocked is not None:
            events = [it.event(new_id("evt"), customer.id, provenance, self.policy, at) for it in row.consents]
            customer, links = chained(customer, events, at, unlocked)
        writes: tuple[Write, ...] = (
            Insert(TagHolder(tags[0], customer.id)),
            *unheld(tags[1:]),
            Insert(envelope.key),
            Insert(ledger_key),
            *map(Insert, links),
            *first_witness(customer),
        )
        return self._committed(customer, suppressions, provenance, writes)

    def _committed(
        self,
        customer: Customer,
        suppressions: Sequence[Suppression],
        provenance: Provenance,
        writes: tuple[Write, ...],
    ) -> str:
        while True:
            # A STOP that comes in this moment finds no customer yet, and writes what is expected here.
            made = Insert(dated(suppressed(customer, suppressions), self.policy.rules))
            guards = unchanged(suppressions, customer.known_tags)
            try:
                self.store.commit(made, *guards, *writes)
                return IMPORTED
            except Conflict as conflict:
                if conflict.hit(Customer):
                    current = conflict.current(Customer)
                    if current is None:
                        raise
                    return self._present(current, provenance)
                if conflict.hit(TagHolder):
                    raise NumberInUse from None
                if not conflict.hit(Suppression):
                    raise
                suppressions = suppressions_of(self.store, customer.known_tags)

    def _present(self, found: Customer, provenance: Provenance) -> str:
        if found.provenance != str(provenance):
            raise CustomerExists
        return PRESENT
