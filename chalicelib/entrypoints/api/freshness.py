"""/v1/reverifications, and signs of life: what the wallet does so that a number stays its customer's."""

from contextlib import suppress
from typing import TYPE_CHECKING

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.domain.due import buckets
from chalicelib.entrypoints.api.answers import ReverificationAnswer, ReverificationsAnswer
from chalicelib.entrypoints.api.bodies import NoBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.endpoint import endpoint
from chalicelib.entrypoints.api.query import cursor, instant, read_cursor

if TYPE_CHECKING:
    from chalicelib.services.list_reverifications import Position

bp = Blueprint(__name__)

USUAL_LIMIT, LARGEST_LIMIT = 100, 1_000
QUERY = {
    "due_before": "Who is due before this instant, RFC 3339; now if it is absent.",
    "limit": f"Customers of a page, 1 to {LARGEST_LIMIT}; {USUAL_LIMIT} if it is absent.",
    "cursor": "`next_cursor` of the page before.",
}


@endpoint(
    bp,
    "GET",
    "/v1/reverifications",
    roles=("wallet",),
    answer=ReverificationsAnswer,
    problems=(errors.FieldInvalid,),
    query=QUERY,
)
def list_reverifications(call: Call[NoBody]) -> ReverificationsAnswer:
    """A page of the customers whose number is to be proved again, by a step_up verification."""
    if not call.query.keys() <= QUERY.keys():
        # Misspelt, an instant would be now.
        raise errors.FieldInvalid("/", f"takes {', '.join(QUERY)} alone")
    said = call.query.get("due_before")
    due_before = ringfence().clock.now() if said is None else instant(said, "due_before")
    page = ringfence().list_reverifications(due_before, _limit(call), _position(call))
    following = page.following
    return ReverificationsAnswer(
        reverifications=[
            ReverificationAnswer(customer_id=it.customer_id, reason=it.reason, due_at=it.due_at) for it in page.rows
        ],
        next_cursor=cursor(following.bucket, following.place) if following else None,
    )


@endpoint(
    bp,
    "POST",
    "/v1/customers/{customer_id}/activity",
    roles=("wallet",),
    body=NoBody,
    status=204,
    answer=None,
    problems=(errors.NotFound, errors.CustomerRestricted, errors.CustomerPurged),
)
def note_activity(call: Call[NoBody], customer_id: str) -> None:
    """Says that the customer uses the wallet; of more than one sign in a day the first is noted."""
    ringfence().note_activity(customer_id, call.keyed)


def _limit(call: Call[NoBody]) -> int:
    said = call.query.get("limit", str(USUAL_LIMIT))
    if said.isascii() and said.isdecimal() and len(said) <= len(str(LARGEST_LIMIT)) and 1 <= int(said) <= LARGEST_LIMIT:
        return int(said)
    raise errors.FieldInvalid("/limit", f"must be 1 to {LARGEST_LIMIT}")


def _position(call: Call[NoBody]) -> "Position | None":
    from chalicelib.services.list_reverifications import Position

    said = call.query.get("cursor")
    if said is None:
        return None
    with suppress(ValueError):
        bucket, place, _ = read_cursor(said)
        if bucket in buckets(0):
            return Position(bucket, place)
    raise errors.FieldInvalid("/cursor", "is not what a page said")
