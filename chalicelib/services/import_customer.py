"""Makes a customer of another system ours: with a number that nobody has proved here, and the words that came along."""

from dataclasses import dataclass

from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.errors import CustomerExists, NumberInUse
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.import_row import ImportRow
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.origin import Provenance
from chalicelib.domain.policy import Policy
from chalicelib.domain.schedule import dated
from chalicelib.domain.suppression import Suppression, place_of, suppressed
from chalicelib.domain.writes import Absent, Conflict, Expect, Insert, Write
from chalicelib.ports import Clock, LedgerCipher, NumberIndex, NumberSealer, Store
from chalicelib.services.chaining import chained
from chalicelib.services.concurrently import together

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
        tag, envelope, ledger_key = together(
            lambda: self.index.tag(row.number),
            lambda: self.sealer.envelope(row.customer_id),
            lambda: self.ledger.new_key(row.customer_id),
        )
        customer = Customer(
            id=row.customer_id,
            created_at=at,
            verified_at=None,
            locale=row.locale,
            tag=tag,
            masked=row.number.masked,
            region=row.number.region,
            number=envelope.seal(row.number),
            status="imported",
            under_14=row.under_14,
            time_zones=row.number.time_zones,
            own_time_zone=row.time_zone,
            provenance=str(provenance),
        )
        suppression, unlocked = together(
            lambda: self.store.get(Suppression, *place_of(tag)),
            lambda: self.ledger.unlock(ledger_key) if row.consents else None,
        )
        links: list[LedgerEvent] = []
        if unlocked is not None:
            events = [it.event(new_id("evt"), customer.id, provenance, self.policy, at) for it in row.consents]
            customer, links = chained(customer, events, at, unlocked)
        writes: tuple[Write, ...] = (Insert(TagHolder(tag, customer.id)), Insert(envelope.key), Insert(ledger_key))
        writes += tuple(map(Insert, links))
        return self._committed(customer, tag, suppression, provenance, writes)

    def _committed(
        self,
        customer: Customer,
        tag: str,
        suppression: Suppression | None,
        provenance: Provenance,
        writes: tuple[Write, ...],
    ) -> str:
        while True:
            # A STOP that comes in this moment finds no customer yet, and writes what is expected here.
            made = Insert(dated(suppressed(customer, suppression), self.policy.rules))
            guard = Expect(suppression) if suppression else Absent(Suppression, place_of(tag))
            try:
                self.store.commit(made, guard, *writes)
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
                suppression = conflict.current(Suppression)

    def _present(self, found: Customer, provenance: Provenance) -> str:
        if found.provenance != str(provenance):
            raise CustomerExists
        return PRESENT
