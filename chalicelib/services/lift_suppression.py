"""Ends the suppression of a customer's number."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.customer import Customer
from chalicelib.domain.writes import Replace, Write
from chalicelib.ports import Store
from chalicelib.services.number_tags import suppressions_of


@dataclass(frozen=True)
class LiftSuppression:
    """The number's own rows and the customer's head say it together."""

    store: Store

    def __call__(self, customer: Customer, at: datetime) -> tuple[Customer, list[Write]]:
        """The head without it, and what is written of the number's own rows with it."""
        rows = suppressions_of(self.store, customer.known_tags)
        return replace(customer, suppressed_at=None), [Replace(row, row.lifted(at)) for row in rows if row.stands]
