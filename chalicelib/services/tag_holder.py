"""Finds the customer who has a number."""

from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.ports import Store


def active_holder(store: Store, tag: str) -> Customer | None:
    """The active customer whose number has this tag; None if nobody's has."""
    holder = store.get(TagHolder, tag)
    customer = store.get(Customer, holder.customer_id) if holder else None
    # The holder's row goes with the closing; a tag that has moved on is nobody's proof.
    return customer if customer is not None and customer.is_open and customer.tag == tag else None
