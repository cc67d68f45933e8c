"""Asks whether the number that a change leaves has heard of it in time."""

from datetime import datetime, timedelta

from chalicelib.domain.contact import Message, word_id
from chalicelib.domain.customer import Customer
from chalicelib.domain.number_change import AT_ONCE, NEW_ONLY, TAKE_OVER
from chalicelib.domain.rules import Rules
from chalicelib.ports import Store


def old_number_heard(store: Store, customer: Customer, at: datetime, rules: Rules) -> bool:
    """False if the change waits for an objection by a number that was never told of it, or not in time.

    A hold that begins late, as that of NEW_ONLY does, is long enough; a take-over's is its holder's, and does not move.
    """
    change = customer.change
    if change is None or change.kind not in (NEW_ONLY, TAKE_OVER) or customer.leaving is None:
        return True
    told = store.get(Message, word_id(change.id), even_lapsed=True)
    if told is None or change.kind == NEW_ONLY:
        return told is not None
    is_at_once = told.sent_at <= change.asked_at + AT_ONCE
    return is_at_once or told.sent_at + timedelta(hours=rules.number_change.hold_hours) <= at
