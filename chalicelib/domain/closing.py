"""The end of a customer: restricted, then without a number, then forgotten."""

from dataclasses import replace
from datetime import datetime

from chalicelib.domain.customer import Customer
from chalicelib.domain.erasure import ErasureWish
from chalicelib.domain.rules import Rules
from chalicelib.domain.schedule import ACCOUNT_CLOSED, ERASURE_ASKED, dated


def closed(customer: Customer, at: datetime, rules: Rules, reason: str = ACCOUNT_CLOSED) -> Customer:
    """The contract ended: stored and protected, and nothing else, until the purge. A second time changes nothing.

    Source: PIPL 47(1)(2); GDPR 17(1)(a).
    """
    if not customer.is_open:
        return customer
    return dated(replace(customer, status="restricted", change=None, closed_at=at, closed_for=reason), rules)


def erasure_wished(customer: Customer, wish: ErasureWish, rules: Rules) -> Customer:
    """Closed, and to be erased without days of grace, though not before a law lets go. The first wish is remembered.

    Source: PIPL 47(1)(3); GDPR 17(1)(b).
    """
    if customer.status == "purged" or customer.wish is not None:
        return customer
    ended = closed(customer, wish.asked_at, rules, ERASURE_ASKED)
    return dated(replace(ended, closed_for=ERASURE_ASKED, wish=wish), rules)


def purged(customer: Customer, at: datetime, rules: Rules) -> Customer:
    """Nothing is left of the number; the consent chain stays until the ledger's own retention ends."""
    bare = replace(
        customer.having(None),
        status="purged",
        change=None,
        own_time_zone=None,
        suppressed_at=None,
        shares={},
        provenance=None,
        purged_at=at,
    )
    return dated(bare, rules)


def ledger_erased(customer: Customer, at: datetime, rules: Rules) -> Customer:
    """The ledger key is gone: the chain still verifies, what it said is nowhere any more, and nothing is due."""
    return dated(replace(customer, consents={}, ledger_erased_at=at), rules)
