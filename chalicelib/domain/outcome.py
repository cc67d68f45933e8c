"""What the outcome of an SMS says of the number that it went to."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from chalicelib.domain.contact import Message
from chalicelib.domain.customer import Customer
from chalicelib.domain.freshness import DELIVERY_FAILURES, OPT_OUT, doubted
from chalicelib.domain.life_rules import Freshness
from chalicelib.domain.verification import Verification

# What an SMS is sent for.
S = TypeVar("S", Message, Verification)
# Why an SMS failed, where that speaks of the phone, and neither of its text nor of a carrier or an account.
OF_THE_NUMBER = frozenset({"expired", "invalid_number", "phone_blocked", "unknown", "unreachable"})


def tells(before: S, after: S) -> bool:
    """True if what became of an SMS is news that may say something of its customer's number."""
    return after.customer_id is not None and any(
        delivery in ("delivered", "opted_out", "failed") for delivery, _, _ in _news(before, after)
    )


def heard(customer: Customer, before: S, after: S, at: datetime, rules: Freshness) -> Customer:
    """The head with what the news of an SMS says of the number: failures in a row are counted, until one arrives.

    What was sent to another number, or before the number was last proved, says nothing of it.

    Args:
        before, after: what the SMS was sent for, as it was and is.
        at: when the news came.
    """
    if not customer.is_open or customer.doubted_at is not None or not _to_own_number(customer, after):
        return customer
    for delivery, reason, sent_at in _news(before, after):
        if customer.verified_at is None or sent_at >= customer.verified_at:
            customer = _with_outcome(customer, delivery, reason, at, rules)
    return customer


def _with_outcome(customer: Customer, delivery: str, reason: str | None, at: datetime, rules: Freshness) -> Customer:
    if delivery == "opted_out":
        return doubted(customer, OPT_OUT, at)
    if delivery == "delivered":
        return replace(customer, failed_deliveries=0) if customer.failed_deliveries else customer
    if delivery != "failed" or reason not in OF_THE_NUMBER or not rules.delivery_failures:
        return customer
    counted = replace(customer, failed_deliveries=customer.failed_deliveries + 1)
    is_enough = counted.failed_deliveries >= rules.delivery_failures
    return doubted(counted, DELIVERY_FAILURES, at) if is_enough else counted


def _to_own_number(customer: Customer, sent_for: Message | Verification) -> bool:
    if isinstance(sent_for, Verification):
        return customer.held is not None and customer.held.has_tag(sent_for.tags)
    return customer.number is not None and sent_for.key_id == customer.number.key_id


def _news(before: Message | Verification, after: Message | Verification) -> list[tuple[str, str | None, datetime]]:
    known, told = _deliveries(before), _deliveries(after)
    return [outcome for key, outcome in told.items() if key not in known or known[key][0] != outcome[0]]


def _deliveries(sent_for: Message | Verification) -> Mapping[int, tuple[str, str | None, datetime]]:
    if isinstance(sent_for, Message):
        return {0: (sent_for.delivery, sent_for.reason, sent_for.sent_at)}
    return {place: (send.delivery, send.reason, send.at) for place, send in enumerate(sent_for.sends)}
