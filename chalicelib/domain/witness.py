"""What of a customer must not be forgotten if their head is brought back as it once was."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.customer import Customer
from chalicelib.domain.erasure import ErasureWish
from chalicelib.domain.holds import CaseHold

# Those facts by which less is permitted, or which keep something, and that no other table knows.
CLOSED, HOLDS, AGE = "closed", "holds", "age"
FACTS = {CLOSED: ("closed_at", "closed_for", "wish"), HOLDS: ("cases",), AGE: ("under_14", "of_age_at")}


@dataclass(frozen=True)
class Witness:
    """These facts once more, in another table, written in each commit of the head that changes one. It has no number.

    There is none while there is nothing to say, and none any more once the number is erased: then a certificate speaks.

    Attributes:
        cases: without the reminders, which the clock repeats.
    """

    customer_id: str
    closed_at: datetime | None = None
    closed_for: str | None = None
    wish: ErasureWish | None = None
    cases: tuple[CaseHold, ...] = ()
    under_14: bool = False
    of_age_at: datetime | None = None
    version: str = ""


def witness_of(customer: Customer) -> Witness:
    """What the head says."""
    return Witness(
        customer.id,
        closed_at=customer.closed_at,
        closed_for=customer.closed_for,
        wish=customer.wish,
        cases=tuple(replace(it, overdue_at=None) for it in customer.cases),
        under_14=customer.under_14,
        of_age_at=customer.of_age_at,
    )


def is_silent(witness: Witness) -> bool:
    """True if it says nothing that a head without a witness would not say."""
    return witness == Witness(witness.customer_id, version=witness.version)


def agree(one: Witness, other: Witness) -> bool:
    """True if they say the same."""
    return replace(one, version="") == replace(other, version="")


def forgotten(customer: Customer, witness: Witness) -> Sequence[str]:
    """Which of FACTS the head does not have as the witness knows them; of somebody who is erased, none."""
    if customer.status == "purged":
        return ()
    head = witness_of(customer)
    return [fact for fact, names in FACTS.items() if any(getattr(head, it) != getattr(witness, it) for it in names)]
