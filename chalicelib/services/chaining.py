"""Links consent events to a customer's chain."""

from collections.abc import Sequence
from datetime import datetime

from chalicelib.domain.consent import ConsentEvent
from chalicelib.domain.consent_state import state_after
from chalicelib.domain.customer import Customer
from chalicelib.domain.ledger import LedgerEvent, link
from chalicelib.ports import UnlockedLedger


def chained(
    customer: Customer, events: Sequence[ConsentEvent], at: datetime, unlocked: UnlockedLedger
) -> tuple[Customer, list[LedgerEvent]]:
    """The head as it is after these events, one for each purpose at most, and the links that belong into its commit."""
    links = []
    for event in events:
        commitment, sealed = unlocked.seal(event.event_id, event.canonical())
        head = customer.ledger_sequence, customer.ledger_hash
        links.append(link(customer.id, head, event.event_id, at, commitment, sealed))
        customer = customer.with_consent(event.purpose, state_after(event, at), links[-1])
    return customer, links
