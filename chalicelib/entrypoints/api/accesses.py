"""/v1/accesses"""

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.domain.due import hour_buckets, hour_of, read_hour
from chalicelib.domain.settlement import LoggedEntry, Settlement
from chalicelib.entrypoints.api.bodies import NoBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.contact_answers import AccessesAnswer, LoggedEntryAnswer, SettlementAnswer
from chalicelib.entrypoints.api.endpoint import endpoint
from chalicelib.entrypoints.api.query import cursor, instant, read_cursor

if TYPE_CHECKING:
    from chalicelib.services.list_accesses import Position

bp = Blueprint(__name__)


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
    since, until = (instant(call.query.get(name, ""), name) for name in ("from", "until"))
    page = ringfence().list_accesses(since, until, _position(call, since, until))
    return AccessesAnswer(
        entries=[_entry(row) for row in page.rows if isinstance(row, LoggedEntry)],
        settlements=[_settlement(row) for row in page.rows if isinstance(row, Settlement)],
        next_cursor=cursor(page.following.bucket, page.following.place) if page.following else None,
    )


def _position(call: Call[NoBody], since: datetime, until: datetime) -> "Position | None":
    from chalicelib.services.list_accesses import Position

    said = call.query.get("cursor")
    if said is None:
        return None
    with suppress(ValueError):
        bucket, place, at = read_cursor(said)
        hour = read_hour(bucket)
        if bucket in hour_buckets(hour) and hour_of(since) <= hour < until and at >= since:
            return Position(bucket, place)
    raise errors.FieldInvalid("/cursor", "is not what a page of this span said")


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
