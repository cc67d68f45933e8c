"""What forbids erasing a customer yet. Source: PIPL 47(2); GDPR 17(3)(b), (e)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.domain.customer import Customer
    from chalicelib.domain.rules import Rules


@dataclass(frozen=True)
class CaseHold:
    """A hold that an officer placed on one customer. It holds until the officer lifts it, reviewed or not.

    Attributes:
        officer: the subject of the officer's token.
        reason: as the officer wrote it; no number.
        review_at: when somebody must ask again whether it is needed.
    """

    id: str
    officer: str
    reason: str
    placed_at: datetime
    review_at: datetime


@dataclass(frozen=True)
class Holding:
    """One law that forbids erasing.

    Attributes:
        name: the policy's.
        law: as people read it.
        until: when it ends by itself.
    """

    name: str
    law: str
    until: datetime


def law_holds(customer: "Customer", rules: "Rules") -> list[Holding]:
    """The laws that are turned on, each until its days from the contract's end are over; none while it runs."""
    if customer.closed_at is None:
        return []
    return [
        Holding(name, hold.law, customer.closed_at + timedelta(days=hold.days))
        for name, hold in rules.holds.items()
        if hold.on
    ]


def holding(customer: "Customer", rules: "Rules", at: datetime) -> list[Holding]:
    """The laws that forbid erasing at that instant, the longest first."""
    laws = [it for it in law_holds(customer, rules) if it.until > at]
    return sorted(laws, key=lambda it: it.until, reverse=True)
