"""The EventBus port in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.domain.errors import Unavailable
from chalicelib.ports import Said


@dataclass
class MemoryBus:
    """What others were told, oldest first. `refusing` holds ids of events that it does not take."""

    told: list[Any] = field(default_factory=list)
    refusing: set[str] = field(default_factory=set)
    is_down: bool = False

    def publish(self, announcements: Sequence[Said]) -> dict[str, str]:
        if self.is_down:
            raise Unavailable
        self.told += [each for each in announcements if each.event_id not in self.refusing]
        return {each.event_id: "InternalFailure" for each in announcements if each.event_id in self.refusing}
