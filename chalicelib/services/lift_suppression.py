"""Ends the suppression of a customer's number."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.customer import Customer
from chalicelib.domain.suppression import Suppression, place_of
from chalicelib.domain.writes import Replace, Write
from chalicelib.ports import Store


@dataclass(frozen=True)
class LiftSuppression:
    """The number's own row and the customer's head say it together."""

    store: Store

    def __call__(self, customer: Customer, at: datetime) -> tuple[Customer, list[Write]]:
        """The head without it, and what is written of the number's own row with it."""
        assert customer.tag is not None
        found = self.store.get(Suppression, *place_of(customer.tag))
        row: list[Write] = [Replace(found, found.lifted(at))] if found is not None and found.stands else []
        return replace(customer, suppressed_at=None), row
