"""What the calls to DynamoDB took, as DynamoDB itself says."""

from math import ceil
from threading import Lock
from typing import Any

from chalicelib.adapters import aws


class DynamoDBCapacity:
    """Asks of every call of this process what it took, and adds it up.

    Made before the calls that it is to count. Only who wants to know makes one: the question is a member more in each.
    """

    def __init__(self) -> None:
        self._units = 0.0
        self._lock = Lock()
        events = aws.dynamodb().meta.events
        events.register("provide-client-params.dynamodb", self._ask)
        events.register("after-call.dynamodb", self._add)

    def half_units(self) -> int:
        """Halves of capacity units, reads and writes together, since this was made."""
        return ceil(2 * self._units)

    def _ask(self, params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def _add(self, parsed: dict[str, Any], **_: Any) -> None:
        said = parsed.get("ConsumedCapacity") or []
        # Of a transaction there is one for each table.
        units = sum(each["CapacityUnits"] for each in (said if isinstance(said, list) else [said]))
        # Independent calls are made at the same time.
        with self._lock:
            self._units += units
