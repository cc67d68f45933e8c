"""A customer's head out of an old copy, brought forward by what survived. Where nothing is known, less is permitted."""

from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.cap import MONTH, Share
from chalicelib.domain.closing import closed, ledger_erased, purged
from chalicelib.domain.consent import ConsentEvent
from chalicelib.domain.consent_state import state_after
from chalicelib.domain.customer import LEDGER_KEY, Customer
from chalicelib.domain.gate import counted
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.number_change import CLAIMING, TAKE_OVER
from chalicelib.domain.policy import Policy
from chalicelib.domain.rules import Rules
from chalicelib.domain.witness import AGE, CLOSED, HOLDS, Witness, forgotten

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


def without_keys(customer: Customer, kept: Set[str], at: datetime, rules: Rules) -> Customer:
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
    if customer.number is not None and kept == {LEDGER_KEY, customer.number.key_id}:
        # A change is over, by its end or stopped, and the number is what it was.
        return replace(customer, change=None)
    return replace(customer.having(None), status="unreachable", change=None)


def settled(customer: Customer, kept: Set[str]) -> Customer:
    """The head of a customer whose change of number went on after the copy was made.

    Nobody takes over what its holder may have objected to since, which only the holder's head said. If the other number
    alone was kept it is theirs: a change took effect, or was stopped.

    Args:
        kept: the names of the keys that are there.
    """
    change = customer.change
    if change is None:
        return customer
    if not change.effective and change.kind == TAKE_OVER:
        return replace(customer, change=None)
    if change.kind in CLAIMING and kept == {LEDGER_KEY, change.other.number.key_id}:
        return replace(customer.having(change.other), change=None)
    return customer


def erased(customer: Customer, asked_at: datetime, erased_at: datetime, reason: str, rules: Rules) -> Customer:
    """The head of a customer who was erased after the copy was made."""
    return purged(closed(customer, asked_at, rules, reason), erased_at, rules)


def recalled(customer: Customer, witness: Witness, rules: Rules) -> Customer:
    """The head says of FACTS what the witness does. No contract that has ended runs again.

    Source: PIPL 31, 47; GDPR 17, 18, 32(1)(c).
    """
    facts = forgotten(customer, witness)
    if CLOSED in facts and witness.closed_at is not None:
        ended = closed(customer, witness.closed_at, rules)
        customer = replace(ended, closed_at=witness.closed_at, closed_for=witness.closed_for, wish=witness.wish)
    if HOLDS in facts:
        customer = replace(customer, cases=witness.cases)
    if AGE in facts:
        customer = replace(customer, under_14=witness.under_14, of_age_at=witness.of_age_at)
    return customer


def with_uses(customer: Customer, entries: Sequence[AccessLogEntry], policy: Policy, at: datetime) -> Customer:
    """Each use of a number that the access log knows counts towards its purpose's cap.

    Source: MIIT Order 31 (2015) art. 18.
    """
    # Codes and words about a change are logged, too, and are no contact for a purpose.
    for entry in (it for it in entries if it.purpose in policy.rules.purposes):
        until = entry.at + MONTH
        counts = {it.counts_until for it in customer.shares.get(entry.purpose, ()) if it.ground is None}
        if until > at and until not in counts:
            customer = counted(customer, entry.purpose, Share(entry.id, until), policy, at)
    return customer
