"""Finds the customer who has a number."""

from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.ports import Store


def holder(store: Store, tag: str) -> Customer | None:
    """The customer who alone may have the number of this tag, and may be waiting for it still; None if nobody is."""
    row = store.get(TagHolder, tag)
    return store.get(Customer, row.customer_id) if row else None


def holder_or_former(store: Store, tag: str) -> Customer | None:
    """The active customer whose number has this tag, or had it before a change that it can still stop."""
    customer = holder(store, tag)
    # The holder's row goes with the closing.
    return customer if customer is not None and customer.is_open and customer.answers_to(tag) else None


def active_holder(store: Store, tag: str) -> Customer | None:
    """The active customer whose number has this tag; None if nobody's has."""
    customer = holder_or_former(store, tag)
    # A tag that has moved on is nobody's proof.
    return customer if customer is not None and customer.tag == tag else None
