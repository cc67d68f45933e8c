"""The access log of a span of time, as the API lists it: fetched, written to a file, and read again."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlencode

from chalicelib.domain.settlement import LoggedEntry, Settlement
from infra.officer.instants import instant


class NotAccesses(Exception):
    """A text is not what it should be; the message says why."""


@dataclass(frozen=True)
class Accesses:
    """The entries whose instants are in the span, and their settlements."""

    since: datetime
    until: datetime
    entries: tuple[LoggedEntry, ...]
    settlements: tuple[Settlement, ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """What `fetched` gave.

        Raises:
            NotAccesses: this is something else.
        """
        try:
            members = json.loads(text)
            return cls(
                since=instant(members["from"]),
                until=instant(members["until"]),
                entries=tuple(LoggedEntry(**_keys(it)) for it in members["entries"]),
                settlements=tuple(_settlement(it) for it in members["settlements"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as failure:
            raise NotAccesses(f"these are no accesses: {type(failure).__name__}") from None


def fetched(read: Callable[[str], str], since: datetime, until: datetime) -> str:
    """Every page of the span in one JSON object, which names the span.

    Args:
        read: gives the API's answer to a path.

    Raises:
        NotAccesses: what answers is not the API.
    """
    span = {"from": _text(since), "until": _text(until)}
    rows: dict[str, list[Any]] = {"entries": [], "settlements": []}
    cursor: dict[str, str] | None = {}
    while cursor is not None:
        answer = read(f"/v1/accesses?{urlencode(span | cursor)}")
        try:
            page = json.loads(answer)
            for name, found in rows.items():
                found += page[name]
            cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
        except (KeyError, TypeError, ValueError, RecursionError) as failure:
            raise NotAccesses(f"the answer is no page of accesses: {type(failure).__name__}") from None
    return json.dumps(span | rows)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _keys(members: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "customer_id": str(members["customer_id"]),
        "entry_id": str(members["entry_id"]),
        "at": instant(members["opened_at"]),
    }


def _settlement(members: Mapping[str, Any]) -> Settlement:
    return Settlement(
        **_keys(members),
        request_id=str(members["request_id"]),
        retries=int(members["retries"]),
        settled_at=instant(members["settled_at"]),
    )
