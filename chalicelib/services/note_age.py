"""Notes whether a customer needs a guardian to consent."""

from dataclasses import dataclass

from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer
from chalicelib.domain.writes import Write
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import changed, existing
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.witnessing import witnessed


@dataclass(frozen=True)
class NoteAge:
    """What the wallet knows of the customer's age counts for all that is asked from now on."""

    clock: Clock
    store: Store
    idempotency: Idempotency

    def __call__(self, customer_id: str, under_14: bool, keyed: KeyedRequest | None) -> Customer:
        """The customer is noted as under 14, or as not; a consent that a child gave alone permits nothing.

        Raises:
            NotFound: there is no such customer.
            CustomerRestricted, CustomerPurged: nothing is noted of them any more.
            IdempotencyKeyReused: the key was used with another body.

        Source: PIPL 31; GDPR 8.
        """
        return self.idempotency.once(
            keyed,
            lambda: self._note(existing(self.store, Customer, customer_id), under_14, keyed),
            lambda earlier: existing(self.store, Customer, earlier),
        )

    def _note(self, customer: Customer, under_14: bool, keyed: KeyedRequest | None) -> Customer:
        at = self.clock.now()

        def noted(it: Customer) -> Customer:
            it.require_open()
            return it.of_age(under_14, at)

        def also(it: Customer) -> list[Write]:
            return [*self.idempotency.claim(keyed, it.id, it.id, at), *witnessed(self.store, it)]

        return changed(self.store, customer, noted, also)
