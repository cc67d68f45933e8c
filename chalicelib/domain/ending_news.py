"""What others are told when a contract ends and when a number is erased. Never a number."""

import json
from dataclasses import asdict, dataclass

from chalicelib.domain.certificate import ErasureCertificate
from chalicelib.domain.customer import Customer
from chalicelib.domain.rules import Rules
from chalicelib.domain.schedule import erased_at

RESTRICTED, ERASED = "restricted", "erased"


@dataclass(frozen=True)
class EndingNews:
    """One of the two steps by which a customer goes.

    Attributes:
        step: restricted or erased.
        reason: why the contract ended, as `schedule` names it.
        at: RFC 3339 in UTC.
        purge_at: when the number goes, or went; None while a case holds it.
    """

    step: str
    customer_id: str
    reason: str
    at: str
    purge_at: str | None

    @property
    def name(self) -> str:
        """What it is called on the bus."""
        return "CustomerEnding"

    @property
    def event_id(self) -> str:
        """The same for the same step of the same customer, however often it is said."""
        return f"{self.customer_id}.{self.step}"

    def detail(self) -> str:
        """All that is said, as JSON."""
        return json.dumps({"event_id": self.event_id, **asdict(self)}, separators=(",", ":"))


def restricted(customer: Customer, rules: Rules) -> EndingNews:
    """What is said of a customer whose contract has just ended."""
    assert customer.closed_at is not None
    assert customer.closed_for is not None
    purge_at = erased_at(customer, rules)
    at, until = customer.closed_at.isoformat(), purge_at.isoformat() if purge_at is not None else None
    return EndingNews(RESTRICTED, customer.id, customer.closed_for, at, until)


def erased(made: ErasureCertificate) -> EndingNews:
    """What is said of an erasing, by its certificate."""
    at = made.erased_at.isoformat()
    return EndingNews(ERASED, made.customer_id, made.reason, at, at)
