"""How sure it still is that a number is its customer's: what speaks against it, what proves it again, what is due."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.customer import Customer
from chalicelib.domain.due import place_at
from chalicelib.domain.rules import Rules

# What puts a number in doubt.
DELIVERY_FAILURES, OPT_OUT, CARRIER_CHANGED = "delivery_failures", "opt_out", "carrier_changed"
# What else makes a proof due: the last one's age, or that there was none.
AGE, IMPORTED = "age", "imported"
# Facts that are told again and again are written once in so long: each write of a head is paid for.
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Reverification:
    """A customer whose number is to be proved again.

    Attributes:
        reason: one of the words above.
        due_at: since when, or from when on.
    """

    customer_id: str
    reason: str
    due_at: datetime

    @property
    def place(self) -> str:
        """Where it stands among those of its partition."""
        return place_at(self.due_at, self.customer_id)


def reverification(customer: Customer, rules: Rules) -> tuple[datetime, str] | None:
    """When the customer's number is to be proved again, and why; None if there is nobody or nothing to prove."""
    if not customer.is_open or customer.number is None:
        return None
    if customer.doubted_at is not None:
        assert customer.doubt is not None
        return customer.doubted_at, customer.doubt
    if customer.verified_at is None:
        return customer.created_at, IMPORTED
    return customer.verified_at + timedelta(days=rules.freshness.reverify_days), AGE


def doubted(customer: Customer, doubt: str, at: datetime) -> Customer:
    """Something of `at` speaks against the number, unless it was proved since; the first doubt stays."""
    is_over = customer.verified_at is not None and at < customer.verified_at
    if not customer.is_open or customer.number is None or customer.doubted_at is not None or is_over:
        return customer
    return replace(customer, doubted_at=at, doubt=doubt)


def proved_again(customer: Customer, tags: Sequence[str], at: datetime, rest: timedelta = DAY) -> Customer:
    """Who entered a right code of `at` for the number with these tags has it, if it is the customer's.

    Args:
        rest: so long after the last proof nothing changes, unless something spoke against the number, or another
            customer asked to take it over: to that a proof is the objection.
    """
    if not customer.is_open or customer.held is None or not customer.held.has_tag(tags):
        return customer
    if customer.verified_at is not None:
        nothing_against = (customer.doubted_at, customer.claimed_at, customer.failed_deliveries) == (None, None, 0)
        # A proof may be told of twice, and late.
        if at <= customer.verified_at or (nothing_against and at < customer.verified_at + rest):
            return customer
    proved = replace(seen(customer, at), status="active", verified_at=at, failed_deliveries=0)
    if customer.claimed_at is not None and customer.claimed_at < at:
        proved = replace(proved, claimed_at=None, claimed_until=None)
    is_newer_doubt = customer.doubted_at is not None and customer.doubted_at > at
    return proved if is_newer_doubt else replace(proved, doubted_at=None, doubt=None)


def objected(customer: Customer, tags: Sequence[str], at: datetime) -> Customer:
    """Who entered a right code of `at` for a number that another customer asks to take over objects, whoever it is.

    It says no more: who was given a recycled number, or has a stolen SIM, can do as much. No doubt ends, and an
    imported number stays unproved.
    """
    is_theirs = customer.is_open and customer.held is not None and customer.held.has_tag(tags)
    if not is_theirs or customer.verified_at is None or customer.claimed_at is None or at <= customer.claimed_at:
        return customer
    return replace(customer, verified_at=max(at, customer.verified_at), claimed_at=None, claimed_until=None)


def seen(customer: Customer, at: datetime) -> Customer:
    """The customer gave a sign of life; of more than one in a day the first is noted."""
    is_known = customer.seen_at is not None and at < customer.seen_at + DAY
    return customer if not customer.is_open or is_known else replace(customer, seen_at=at)


def look_up_due(customer: Customer, rules: Rules, at: datetime) -> bool:
    """True if the policy wants to know who carries the number, and the last word of it is too old."""
    days, known_at = rules.freshness.lookup_days, customer.looked_up_at
    # Nobody carries a test number.
    is_old = known_at is None or at >= known_at + timedelta(days=days)
    return bool(days) and customer.test_number is None and is_old


def looked_up(customer: Customer, carrier: str | None, at: datetime) -> Customer:
    """This carrier has the number; another one than at the last look-up speaks against it.

    Args:
        carrier: None if the provider did not say, which says nothing.
    """
    noted = replace(customer, looked_up_at=at, carrier=carrier or customer.carrier)
    is_other = None not in (carrier, customer.carrier) and carrier != customer.carrier
    return doubted(noted, CARRIER_CHANGED, at) if is_other else noted
