"""What others are told of changes of number, so that the wallet can tell its customers. Never a number."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from chalicelib.domain.number_change import NumberChange
from chalicelib.domain.number_steps import CLAIMED, Step


@dataclass(frozen=True)
class NumberNews:
    """One step of a change, for one customer. Of a take-over each side hears, and neither of whom the other is.

    Attributes:
        step: begun, done, stopped or lapsed; for whom the number is taken from: claimed, then lost.
        kind: both, new_only, swap or take_over.
        effective: True if the customer has the new number already, and the old one can still stop the change.
        at, until: RFC 3339 in UTC; `until` is the end of the hold.
    """

    step: str
    kind: str
    change_id: str
    customer_id: str
    effective: bool
    at: str
    until: str

    @property
    def name(self) -> str:
        """What it is called on the bus."""
        return "NumberChange"

    @property
    def event_id(self) -> str:
        """The same for the same step of the same change, however often it is said."""
        return f"{self.change_id}.{self.customer_id}.{self.step}"

    def detail(self) -> str:
        """All that is said, as JSON."""
        return json.dumps({"event_id": self.event_id, **asdict(self)}, separators=(",", ":"))


def news(step: Step, at: datetime) -> NumberNews:
    """What is said of a step that was taken."""
    return _news(step.name, step.change, step.before.id, at)


def claim_of(change: NumberChange, at: datetime) -> NumberNews:
    """What is said to the customer whose number another one wants to take over."""
    assert change.holder_id is not None
    return _news(CLAIMED, change, change.holder_id, at)


def _news(step: str, change: NumberChange, customer_id: str, at: datetime) -> NumberNews:
    return NumberNews(
        step, change.kind, change.id, customer_id, change.effective, at.isoformat(), change.until.isoformat()
    )
