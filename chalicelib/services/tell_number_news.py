"""Tells others of changes of number."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.domain.errors import Unavailable
from chalicelib.domain.number_news import NumberNews
from chalicelib.ports import EventBus, Journal


@dataclass(frozen=True)
class TellNumberNews:
    """The wallet hears of each step by the bus, and by an alarm of what the bus did not take."""

    journal: Journal
    bus: EventBus

    def __call__(self, said: Sequence[NumberNews]) -> bool:
        """True if others have been told of it all, once or more; what they may not have heard is in the journal."""
        try:
            untold = set(self.bus.publish(said)) if said else set()
        except Unavailable:
            untold = {each.event_id for each in said}
        for each in said:
            if each.event_id in untold:
                self.journal.note("number_change_untold", step=each.step, customer_id=each.customer_id)
        return not untold
