"""Puts a number back on the list of those that want no advertising."""

from dataclasses import dataclass

from chalicelib.domain.customer import Customer
from chalicelib.domain.suppression import BY_SMS, Suppression, deciding
from chalicelib.domain.writes import Insert, Replace
from chalicelib.ports import Store
from chalicelib.services.number_tags import suppressions_of


@dataclass(frozen=True)
class ReplaySuppression:
    """The heads know of each customer's stop; of numbers without a customer, nothing but the list did."""

    store: Store

    def __call__(self, customer_id: str, go: bool) -> bool:
        """True if the list lacked the customer's number; with `go`, it lacks it no more.

        Raises:
            Conflict: somebody else wrote to the list, although nothing is served.

        Source: GDPR 21(3); PIPL 15.
        """
        customer = self.store.get(Customer, customer_id)
        if customer is None or customer.tag is None or customer.suppressed_at is None:
            return False
        row = deciding(suppressions_of(self.store, customer.known_tags))
        if row is not None and row.stands:
            return False
        if go:
            since = customer.suppressed_at
            again = Suppression(row.tag if row else customer.tag, since, BY_SMS, listed=row.listed if row else {})
            self.store.commit(Replace(row, again) if row else Insert(again))
        return True
