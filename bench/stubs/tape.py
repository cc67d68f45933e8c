"""What AWS answered once, and which request an answer belongs to."""

import re
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # The authorizer's cold start has no botocore in it, and must not get it from here.
    from botocore.awsrequest import AWSPreparedRequest

# The first table or key that a request names: with the operation it tells a request from the others of its step.
RESOURCE = re.compile(rb'"(?:TableName|KeyId)": ?"([^"]+)"')
# Several budgets of one table are asked at once, and their answers are remembered by the row.
BUDGET = re.compile(rb'"pk": ?\{"S": ?"((?:traffic|meter|spent)#[^"]+)"\}')


@dataclass(frozen=True)
class Recorded:
    """One answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: str


Tape = dict[str, list[Recorded]]


@dataclass(frozen=True)
class Step:
    """One request to a handler, and what AWS answered to it.

    Attributes:
        event: as API Gateway hands it to Lambda.
        status: of the handler's own answer.
        tape: answers by address, each address's in order.
    """

    name: str
    event: dict[str, Any]
    status: int
    tape: Tape

    @property
    def services(self) -> list[str]:
        """The services that were called."""
        return sorted({address.partition(".")[0] for address in self.tape})


def address(request: "AWSPreparedRequest", event_name: str) -> str:
    """Where a request goes, e.g. `dynamodb.GetItem ringfence-customers`; if it goes to a budget, also to which row."""
    text = request.body or b""
    body = text if isinstance(text, bytes) else str(text).encode()
    named = [found[1].decode() for found in (RESOURCE.search(body), BUDGET.search(body)) if found]
    return " ".join((event_name.partition(".")[2], *named))


@dataclass
class Recorder:
    """Writes down every answer that the clients of a session get."""

    tape: Tape = field(default_factory=lambda: defaultdict(list))
    _thread: threading.local = field(default_factory=threading.local)

    def listen(self, events: Any) -> None:
        """Clients made from now on are listened to."""
        events.register("before-send", self._asked)
        events.register("response-received", self._answered)

    def take(self) -> Tape:
        """What was written down since the last time."""
        taken, self.tape = dict(self.tape), defaultdict(list)
        return taken

    def _asked(self, request: "AWSPreparedRequest", event_name: str, **_: Any) -> None:
        # The answer comes in the same thread. None, or it would be taken for the answer.
        self._thread.address = address(request, event_name)

    def _answered(self, response_dict: dict[str, Any], **_: Any) -> None:
        answer = Recorded(
            response_dict["status_code"], dict(response_dict["headers"]), response_dict["body"].decode("latin-1")
        )
        self.tape[self._thread.address].append(answer)
