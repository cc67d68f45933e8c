"""What forbids erasing a customer yet. Source: PIPL 47(2); GDPR 17(3)(b), (e)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.domain.errors import CustomerPurged, FieldInvalid, NotFound
from chalicelib.domain.holding import Holding
from chalicelib.domain.identifiers import new_id

if TYPE_CHECKING:
    from chalicelib.domain.customer import Customer
    from chalicelib.domain.rules import Rules

# Each stands in the head, which every contact decision reads.
MOST_CASES = 10


@dataclass(frozen=True)
class CaseHold:
    """A hold that an officer placed on one customer. It holds until the officer lifts it, reviewed or not.

    Attributes:
        officer: the subject of the officer's token.
        reason: as the officer wrote it; no number.
        review_at: when somebody must ask again whether it is needed.
        overdue_at: when the clock said that nobody had; None since the last review.
    """

    id: str
    officer: str
    reason: str
    placed_at: datetime
    review_at: datetime
    overdue_at: datetime | None = None


@dataclass(frozen=True)
class LiftedHold:
    """Who placed a hold that is over, why, and who lifted it. It stays when the customer is erased.

    Attributes:
        id: its own: an old copy of the head can bring the hold back, which is lifted once more.
        officer, lifted_by: the subjects of the officers' tokens.
    """

    id: str
    customer_id: str
    hold_id: str
    officer: str
    reason: str
    placed_at: datetime
    lifted_by: str
    lifted_at: datetime
    lapses_at: datetime
    version: str = ""


def law_holds(customer: "Customer", rules: "Rules") -> list[Holding]:
    """The laws that are turned on, each until its days from the contract's end are over; none while it runs.

    None either once the keys are gone: what is left of the number is of no use to a law, and goes.
    """
    if customer.closed_at is None or customer.shredded_at is not None:
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


def placed(customer: "Customer", hold: CaseHold) -> "Customer":
    """The case holds the customer, whose contract may run or have ended. While it runs, only erasing is forbidden.

    Raises:
        CustomerPurged: they are erased, or are being erased.
    """
    if customer.status == "purged" or customer.shredded_at is not None:
        raise CustomerPurged
    if len(customer.cases) >= MOST_CASES:
        raise FieldInvalid("", f"has {MOST_CASES} holds already")
    return replace(customer, cases=(*customer.cases, hold))


def reviewed(customer: "Customer", hold_id: str, review_at: datetime) -> "Customer":
    """The case is still needed, and looked at again then.

    Raises:
        NotFound: there is no such hold.
    """
    of_id = case_of(customer, hold_id)
    after = replace(of_id, review_at=review_at, overdue_at=None)
    return replace(customer, cases=tuple(after if it is of_id else it for it in customer.cases))


def lifted(customer: "Customer", hold_id: str, at: datetime) -> "Customer":
    """The case is over: what it kept is due from now on, and not late.

    Raises:
        NotFound: there is no such hold.
    """
    of_id = case_of(customer, hold_id)
    return replace(customer, cases=tuple(it for it in customer.cases if it is not of_id), released_at=at)


def lifting(customer: "Customer", hold_id: str, by: str, at: datetime, rules: "Rules") -> LiftedHold:
    """What can be shown of the hold once it is lifted.

    Args:
        by: the officer's subject.

    Raises:
        NotFound: there is no such hold.

    Source: GDPR 5(2).
    """
    hold = case_of(customer, hold_id)
    lapses_at = at + timedelta(days=rules.retention.case_days)
    return LiftedHold(
        new_id("lift"), customer.id, hold.id, hold.officer, hold.reason, hold.placed_at, by, at, lapses_at
    )


def overdue(customer: "Customer", at: datetime) -> "Customer":
    """Each review that is due is known to be late, so that it is told once."""
    late = [replace(it, overdue_at=at) if unreviewed(it, at) else it for it in customer.cases]
    return replace(customer, cases=tuple(late))


def unreviewed(hold: CaseHold, at: datetime) -> bool:
    """True if its review is due, and nobody was told."""
    return hold.overdue_at is None and hold.review_at <= at


def case_of(customer: "Customer", hold_id: str) -> CaseHold:
    """The customer's hold of this id.

    Raises:
        NotFound: there is none.
    """
    found = next((it for it in customer.cases if it.id == hold_id), None)
    if found is None:
        raise NotFound
    return found
