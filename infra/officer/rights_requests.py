"""What customers wait for, as the API lists it: every page, the most urgent first."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from infra.officer.instants import instant


class NotRightsRequests(Exception):
    """What answers is not the API; the message says why."""


@dataclass(frozen=True, order=True)
class Waiting:
    """A request that is not answered yet."""

    due_at: datetime
    request_id: str
    customer_id: str
    kind: str
    status: str


def waiting(read: Callable[[str], str]) -> list[Waiting]:
    """Every open request, the most urgent first.

    Args:
        read: gives the API's answer to a path.

    Raises:
        NotRightsRequests: what answers is not the API.
    """
    # A request that is answered between two pages may bring others twice.
    found: dict[str, Waiting] = {}
    cursor: str | None = ""
    while cursor is not None:
        answer = read(f"/v1/rights-requests{'?' + urlencode({'cursor': cursor}) if cursor else ''}")
        try:
            page = json.loads(answer)
            for it in page["rights_requests"]:
                members = (str(it[name]) for name in ("request_id", "customer_id", "kind", "status"))
                found[it["request_id"]] = Waiting(instant(it["due_at"]), *members)
            cursor = page["next_cursor"]
        except (KeyError, TypeError, ValueError, RecursionError) as failure:
            raise NotRightsRequests(f"the answer is no page of rights requests: {type(failure).__name__}") from None
    return sorted(found.values())
