"""Tells others what they must know at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.domain.errors import Unavailable
from chalicelib.ports import EventBus, Journal, Said


@dataclass(frozen=True)
class TellNews:
    """They hear by the bus, and of what the bus did not take there is a line, which names it."""

    journal: Journal
    bus: EventBus

    def __call__(self, said: Sequence[Said]) -> bool:
        """True if others have been told of it all, once or more; what they may not have heard is in the journal."""
        try:
            untold = set(self.bus.publish(said)) if said else set()
        except Unavailable:
            untold = {each.event_id for each in said}
        for each in said:
            if each.event_id in untold:
                self.journal.note("news_untold", news=each.name, event_id=each.event_id)
        return not untold
