"""Notes whether a customer needs a guardian to consent."""

from dataclasses import dataclass

from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer
from chalicelib.ports import Store
from chalicelib.services.note_fact import NoteFact
from chalicelib.services.witnessing import witnessed


@dataclass(frozen=True)
class NoteAge:
    """What the wallet knows of the customer's age counts for all that is asked from now on."""

    store: Store
    note_fact: NoteFact

    def __call__(self, customer_id: str, under_14: bool, keyed: KeyedRequest | None) -> Customer:
        """The customer is noted as under 14, or as not; a consent that a child gave alone permits nothing.

        Raises:
            NotFound, CustomerRestricted, CustomerPurged, IdempotencyKeyReused: as `NoteFact` says.

        Source: PIPL 31; GDPR 8.
        """
        return self.note_fact(
            customer_id, keyed, lambda it, at: it.of_age(under_14, at), lambda it: witnessed(self.store, it)
        )
