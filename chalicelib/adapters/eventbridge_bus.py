"""Where others hear of what happened, on EventBridge."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.adapters import aws
from chalicelib.domain.errors import Unavailable
from chalicelib.ports import Said

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE = "ringfence"
# EventBridge user guide, "PutEvents": so many entries, and 256 KB, of which ten of ours are less than a tenth.
MOST_ENTRIES = 10
# Before each try: an entry may fail where others of the same call did not.
PAUSES_SECONDS = (0, 0.2, 0.8)


@dataclass(frozen=True)
class EventBridgeBus:
    """An event bus of ours; rules of others take from it.

    Attributes:
        name: the bus's; None where the deployment has none.
    """

    name: str | None

    def publish(self, announcements: Sequence[Said]) -> dict[str, str]:
        """The bus has taken all but these, once or more: EventBridge's name for what went wrong, by the event's id.

        Raises:
            Unavailable: EventBridge did not answer; it may have taken some.
        """
        if self.name is None:
            raise Unavailable
        refused: dict[str, str] = {}
        for begin in range(0, len(announcements), MOST_ENTRIES):
            refused |= self._put(announcements[begin : begin + MOST_ENTRIES])
        return refused

    def _put(self, announcements: Sequence[Said]) -> dict[str, str]:
        refused = dict.fromkeys((each.event_id for each in announcements), "")
        for pause in PAUSES_SECONDS:
            time.sleep(random.uniform(0, pause))
            left = [each for each in announcements if each.event_id in refused]
            with aws.translated():
                answer = aws.eventbridge().put_events(Entries=[self._entry(each) for each in left])
            answers = zip(left, answer["Entries"], strict=True)
            refused = {each.event_id: entry["ErrorCode"] for each, entry in answers if "ErrorCode" in entry}
            if not refused:
                break
        return refused

    def _entry(self, said: Said) -> "PutEventsRequestEntryTypeDef":
        assert self.name is not None
        return {"EventBusName": self.name, "Source": SOURCE, "DetailType": said.name, "Detail": said.detail()}
