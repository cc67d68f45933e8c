"""A change of number: what waits for the end of its hold, and what can still be undone."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.held_number import HeldNumber

# Both numbers were proved; the new one only; a swap that waits for the other side; a number that another one holds.
BOTH, NEW_ONLY, SWAP, TAKE_OVER = "both", "new_only", "swap", "take_over"
KINDS = (BOTH, NEW_ONLY, SWAP, TAKE_OVER)


@dataclass(frozen=True)
class NumberChange:
    """A change that is not over: the other number is the new one until it takes effect, and the old one after it.

    Attributes:
        kind: one of KINDS.
        other: the number that the customer does not have now.
        effective: True if the customer has the new number, and the old one can bring the change to nothing.
        until: the end of the hold. The clock ends the change then: what waits takes effect, what was kept is erased.
    """

    id: str
    kind: str
    other: HeldNumber
    effective: bool
    asked_at: datetime
    until: datetime
