"""A change of number: what waits for the end of its hold, and what can still be undone."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.held_number import HeldNumber
from chalicelib.domain.life_rules import NumberChangeRules

# Both numbers were proved; the new one only; a swap that waits for the other side; a number that another one holds.
BOTH, NEW_ONLY, SWAP, TAKE_OVER = "both", "new_only", "swap", "take_over"
KINDS = (BOTH, NEW_ONLY, SWAP, TAKE_OVER)
# Of these the other number is claimed for the customer; of a swap and a take-over another customer has it.
CLAIMING = (BOTH, NEW_ONLY)
# A word to the old number that comes later than this was held up, by a limit or by whoever wanted it unheard.
AT_ONCE = timedelta(minutes=1)
# Of the verification that proves the new number.
PURPOSE = "number_change"


@dataclass(frozen=True)
class NumberChange:
    """A change that is not over: the other number is the new one until it takes effect, and the old one after it.

    Attributes:
        kind: one of KINDS.
        other: the number that the customer does not have now.
        effective: True if the customer has the new number, and the old one can bring the change to nothing.
        until: the end of the hold. Until then the change can be stopped.
        holder_id: the customer who has the number that a swap or a take-over is about.
    """

    id: str
    kind: str
    other: HeldNumber
    effective: bool
    asked_at: datetime
    until: datetime
    holder_id: str | None = None

    def ends_at(self, rules: NumberChangeRules) -> datetime:
        """When the clock ends it: what waits takes effect or lapses, what was kept is erased.

        A take-over that must be proved once more has as long for that as the hold was.
        """
        is_proved_again = self.kind == TAKE_OVER and rules.take_over.step_up
        return self.until + (self.until - self.asked_at) if is_proved_again else self.until

    def told(self, at: datetime) -> "NumberChange":
        """The change with a hold that begins with the word to the old number, if that comes late."""
        if self.kind not in CLAIMING or at <= self.asked_at + AT_ONCE:
            return self
        return replace(self, until=at + (self.until - self.asked_at))


def asked_for(
    change_id: str, kind: str, other: HeldNumber, holder_id: str | None, at: datetime, rules: NumberChangeRules
) -> NumberChange:
    """A change that has not begun, with the hold that its kind has.

    Args:
        kind, other, holder_id: as NumberChange has them.
    """
    is_take_over = kind == TAKE_OVER
    hold = timedelta(days=rules.take_over.hold_days) if is_take_over else timedelta(hours=rules.hold_hours)
    return NumberChange(change_id, kind, other, effective=False, asked_at=at, until=at + hold, holder_id=holder_id)
