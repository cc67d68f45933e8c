"""Ends the suppression of a customer's number."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.customer import Customer
from chalicelib.domain.writes import Replace, Write
from chalicelib.ports import Store
from chalicelib.services.number_tags import suppression_of


@dataclass(frozen=True)
class LiftSuppression:
    """The number's own row and the customer's head say it together."""

    store: Store

    def __call__(self, customer: Customer, at: datetime) -> tuple[Customer, list[Write]]:
        """The head without it, and what is written of the number's own row with it."""
        found = suppression_of(self.store, customer.known_tags)
        row: list[Write] = [Replace(found, found.lifted(at))] if found is not None and found.stands else []
        return replace(customer, suppressed_at=None), row
