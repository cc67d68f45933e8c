"""A customer's head out of an old copy, brought forward by what survived. Where nothing is known, less is permitted."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.closing import closed, ledger_erased, purged
from chalicelib.domain.consent import ConsentEvent
from chalicelib.domain.consent_state import state_after
from chalicelib.domain.customer import LEDGER_KEY, Customer
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.rules import Rules

Chained = tuple[ConsentEvent, LedgerEvent]


def lost(customer_id: str, at: datetime, locale: str) -> Customer:
    """The head of a customer who came after the copy was made. They have no number until they prove one.

    Args:
        at: the first that is known of them.
    """
    return Customer(
        customer_id, at, None, locale, tag=None, masked=None, region=None, number=None, status="unreachable"
    )


def follows(customer: Customer, links: Sequence[LedgerEvent]) -> bool:
    """True if these links go on where the head's chain ends, without a gap."""
    place = customer.ledger_sequence, customer.ledger_hash
    for link in links:
        if (link.sequence, link.previous_hash, link.own_hash) != (place[0] + 1, place[1], link.hash):
            return False
        place = link.sequence, link.hash
    return True


def with_words(customer: Customer, events: Sequence[Chained]) -> Customer:
    """The head knows what was said after the copy was made."""
    for event, link in events:
        customer = customer.with_consent(event.purpose, state_after(event, link.event_time), link)
    return customer


def without_words(customer: Customer, links: Sequence[LedgerEvent]) -> Customer:
    """The head's chain ends where the ledger does, and nothing is agreed to: a no may be among what cannot be read."""
    return replace(customer, consents={}, ledger_sequence=links[-1].sequence, ledger_hash=links[-1].hash)


def without_keys(customer: Customer, kept: Collection[str], at: datetime, rules: Rules) -> Customer:
    """The head of a customer some of whose keys are gone, or who has keys that the head knows nothing of.

    A number whose contract had ended was erased, and so is the head. Of an open customer the number was changed or
    erased, and nothing says which: they have none until they prove one, and nobody is given another's.

    Args:
        kept: the names of the keys that are there.
    """
    if customer.status == "purged":
        is_over = customer.ledger_erased_at is None and LEDGER_KEY not in kept
        return ledger_erased(customer, at, rules) if is_over else customer
    if customer.status == "restricted":
        return purged(customer, at, rules) if customer.numbers else customer
    return replace(customer.having(None), status="unreachable", change=None)


def erased(customer: Customer, asked_at: datetime, erased_at: datetime, reason: str, rules: Rules) -> Customer:
    """The head of a customer who was erased after the copy was made."""
    return purged(closed(customer, asked_at, rules, reason), erased_at, rules)
