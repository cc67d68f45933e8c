"""/v1/accesses"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.domain.due import hour_buckets, hour_of, read_hour
from chalicelib.domain.settlement import LoggedEntry, Settlement, read_place
from chalicelib.entrypoints.api.bodies import NoBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.contact_answers import AccessesAnswer, LoggedEntryAnswer, SettlementAnswer
from chalicelib.entrypoints.api.endpoint import endpoint

if TYPE_CHECKING:
    from chalicelib.services.list_accesses import Position

bp = Blueprint(__name__)

# Partitions have years of four digits; no hour is after the last one's.
FIRST_YEAR, LAST_YEAR = 1000, 9999


@endpoint(
    bp,
    "GET",
    "/v1/accesses",
    roles=("officer",),
    answer=AccessesAnswer,
    problems=(errors.FieldInvalid,),
    query={
        "from": "The first instant, RFC 3339.",
        "until": "The instant after the last.",
        "cursor": "`next_cursor` of the page before, with the same instants.",
    },
)
def list_accesses(call: Call[NoBody]) -> AccessesAnswer:
    """A page of the openings of a span of time: the access log's entries, and what KMS answered for each."""
    since, until = _instant(call, "from"), _instant(call, "until")
    page = ringfence().list_accesses(since, until, _position(call, since, until))
    return AccessesAnswer(
        entries=[_entry(row) for row in page.rows if isinstance(row, LoggedEntry)],
        settlements=[_settlement(row) for row in page.rows if isinstance(row, Settlement)],
        next_cursor=_cursor(page.following) if page.following else None,
    )


def _instant(call: Call[NoBody], name: str) -> datetime:
    with suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(call.query.get(name, ""))
        if at.tzinfo is not None and FIRST_YEAR <= at.astimezone(UTC).year < LAST_YEAR:
            return at
    raise errors.FieldInvalid(f"/{name}", "must be an instant, e.g. 2026-11-21T12:00:00Z")


def _position(call: Call[NoBody], since: datetime, until: datetime) -> "Position | None":
    from chalicelib.services.list_accesses import Position

    cursor = call.query.get("cursor")
    if cursor is None:
        return None
    with suppress(ValueError, TypeError):
        bucket, place = urlsafe_b64decode(cursor).decode().split("|")
        hour, (at, _) = read_hour(bucket), read_place(place)
        if bucket in hour_buckets(hour) and hour_of(since) <= hour < until and at >= since:
            return Position(bucket, place)
    raise errors.FieldInvalid("/cursor", "is not what a page of this span said")


def _cursor(position: "Position") -> str:
    return urlsafe_b64encode(f"{position.bucket}|{position.place}".encode()).decode()


def _entry(row: LoggedEntry) -> LoggedEntryAnswer:
    return LoggedEntryAnswer(entry_id=row.entry_id, customer_id=row.customer_id, opened_at=row.at)


def _settlement(row: Settlement) -> SettlementAnswer:
    return SettlementAnswer(
        entry_id=row.entry_id,
        customer_id=row.customer_id,
        opened_at=row.at,
        request_id=row.request_id,
        retries=row.retries,
        settled_at=row.settled_at,
    )
