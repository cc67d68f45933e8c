"""Finds the customer who has a number."""

from collections.abc import Sequence

from chalicelib.domain.customer import Customer
from chalicelib.ports import Store
from chalicelib.services.number_tags import holder_of


def holder(store: Store, tags: Sequence[str]) -> Customer | None:
    """The customer who alone may have the number of these tags, and may be waiting for it still; None if nobody is."""
    row = holder_of(store, tags)
    return store.get(Customer, row.customer_id) if row else None


def holder_or_former(store: Store, tags: Sequence[str]) -> Customer | None:
    """The active customer whose number has these tags, or had them before a change that it can still stop."""
    customer = holder(store, tags)
    # The holder's row goes with the closing.
    return customer if customer is not None and customer.is_open and customer.answering_to(tags) else None


def active_holder(store: Store, tags: Sequence[str]) -> Customer | None:
    """The active customer whose number has these tags; None if nobody's has."""
    customer = holder_or_former(store, tags)
    # A tag that has moved on is nobody's proof.
    return customer if customer is not None and customer.held and customer.held.has_tag(tags) else None
