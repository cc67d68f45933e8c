"""Finds the customer who has a number."""

from collections.abc import Sequence

from chalicelib.domain.customer import Customer
from chalicelib.ports import Store
from chalicelib.services.number_tags import holder_of


def holder(store: Store, tags: Sequence[str]) -> Customer | None:
    """Who alone may have the number of these tags, and may be waiting for it still; None if no open customer is."""
    row = holder_of(store, tags)
    customer = store.get(Customer, row.customer_id) if row else None
    # The row goes with the closing, and may have been read a moment earlier.
    return customer if customer is not None and customer.is_open else None


def holder_or_former(store: Store, tags: Sequence[str]) -> Customer | None:
    """The open customer whose number has these tags, or had them before a change that it can still stop."""
    customer = holder(store, tags)
    return customer if customer is not None and customer.answering_to(tags) else None


def active_holder(store: Store, tags: Sequence[str]) -> Customer | None:
    """The open customer whose number has these tags; None if nobody's has."""
    customer = holder(store, tags)
    # A tag that has moved on is nobody's proof.
    return customer if customer is not None and customer.held and customer.held.has_tag(tags) else None
