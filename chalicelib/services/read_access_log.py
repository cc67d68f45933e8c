"""Reads who looked at a customer's number."""

from dataclasses import dataclass

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.customer import Customer
from chalicelib.ports import Store
from chalicelib.services.changing import existing

# The export has them all.
MOST_ENTRIES = 200


@dataclass(frozen=True)
class ReadAccessLog:
    """Each opening of the number, as the strongroom wrote it down in the act."""

    store: Store

    def __call__(self, customer_id: str) -> list[AccessLogEntry]:
        """The latest openings, newest first, MOST_ENTRIES at most.

        Raises:
            NotFound: there is no such customer.

        Source: PIPL 44, 45; GDPR 15.
        """
        existing(self.store, Customer, customer_id)
        return self.store.history(AccessLogEntry, customer_id, newest_first=True, limit=MOST_ENTRIES)
