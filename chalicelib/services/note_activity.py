"""Notes a customer's sign of life."""

from dataclasses import dataclass

from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer
from chalicelib.domain.freshness import seen
from chalicelib.services.note_fact import NoteFact


@dataclass(frozen=True)
class NoteActivity:
    """Only the wallet knows that somebody still uses it; an account that nobody uses ends when the policy says so."""

    note_fact: NoteFact

    def __call__(self, customer_id: str, keyed: KeyedRequest | None) -> Customer:
        """The customer was there today. Of more than one sign in a day the first is written.

        Raises:
            NotFound, CustomerRestricted, CustomerPurged, IdempotencyKeyReused: as `NoteFact` says.

        Source: PIPL 19, 47.
        """
        return self.note_fact(customer_id, keyed, seen)
