"""The wish to be erased, and how far it has come."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.domain.customer import Customer


@dataclass(frozen=True)
class ErasureWish:
    """Somebody's word that the customer is to be erased.

    Attributes:
        asked_by: their role: customer or officer.
    """

    asked_by: str
    asked_at: datetime


def shredded(customer: "Customer", at: datetime) -> "Customer":
    """The number's keys are gone, and nothing brings it back. The rest follows; a second time changes nothing."""
    return customer if customer.shredded_at is not None else replace(customer, shredded_at=at)
