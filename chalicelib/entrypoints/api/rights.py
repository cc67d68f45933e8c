"""/v1/customers/{customer_id}/rights-requests, /v1/rights-requests"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.domain.due import buckets, read_place
from chalicelib.domain.rights import OPEN, RightsRequest
from chalicelib.entrypoints.api.bodies import ExtensionBody, NoBody, RefusalBody, RightsAnswerBody, RightsBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.endpoint import endpoint
from chalicelib.entrypoints.api.rights_answers import (
    RightsRequestAnswer,
    RightsRequestsAnswer,
    rights_request_answer,
)

if TYPE_CHECKING:
    from chalicelib.services.list_rights_requests import Position

bp = Blueprint(__name__)

# Whatever is open is due before this; the store's instants end there.
END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)
FILTERS = {
    "status": "open or extended; both if absent.",
    "due_before": "Only those that are due by this instant, RFC 3339.",
    "cursor": "`next_cursor` of the page before, with the same filters.",
}


@endpoint(
    bp,
    "POST",
    "/v1/customers/{customer_id}/rights-requests",
    roles=("wallet", "customer", "officer"),
    body=RightsBody,
    status=201,
    answer=RightsRequestAnswer,
    problems=(errors.NotFound, errors.FieldInvalid),
)
def receive_rights_request(call: Call[RightsBody], customer_id: str) -> RightsRequestAnswer:
    """Takes down what a customer asks for by right, and when it is due; what needs no person is done at once."""
    call.caller.require_reach(customer_id)
    body = call.body
    request = ringfence().receive_rights_request(call.caller, customer_id, body.kind, body.details, call.keyed)
    return rights_request_answer(request)


@endpoint(
    bp,
    "GET",
    "/v1/rights-requests",
    roles=("officer",),
    answer=RightsRequestsAnswer,
    problems=(errors.FieldInvalid,),
    query=FILTERS,
)
def list_rights_requests(call: Call[NoBody]) -> RightsRequestsAnswer:
    """A page of the rights requests that customers wait for."""
    # A filter that is misspelt would show everything.
    if not call.query.keys() <= FILTERS.keys():
        raise errors.FieldInvalid("", f"must be filtered by {', '.join(FILTERS)} only")
    page = ringfence().list_rights_requests(_due_before(call), _status(call), _position(call))
    return RightsRequestsAnswer(
        rights_requests=[rights_request_answer(it) for it in page.requests],
        next_cursor=_cursor(page.following) if page.following else None,
    )


@endpoint(
    bp,
    "GET",
    "/v1/rights-requests/{request_id}",
    roles=("customer", "officer"),
    answer=RightsRequestAnswer,
    problems=(errors.NotFound,),
)
def read_rights_request(call: Call[NoBody], request_id: str) -> RightsRequestAnswer:
    """A rights request as it stands."""
    request = ringfence().store.get(RightsRequest, request_id)
    if request is None:
        raise errors.NotFound
    call.caller.require_reach(request.customer_id)
    return rights_request_answer(request)


@endpoint(
    bp,
    "POST",
    "/v1/rights-requests/{request_id}/extension",
    roles=("officer",),
    body=ExtensionBody,
    answer=RightsRequestAnswer,
    problems=(errors.NotFound, errors.FieldInvalid, errors.RightsRequestClosed, errors.ExtensionNotPossible),
)
def extend_rights_request(call: Call[ExtensionBody], request_id: str) -> RightsRequestAnswer:
    """Takes two months more, once and for a reason, told within the first month."""
    return rights_request_answer(ringfence().decide_rights_request.extend(request_id, call.body.reason, call.keyed))


@endpoint(
    bp,
    "POST",
    "/v1/rights-requests/{request_id}/answer",
    roles=("officer",),
    body=RightsAnswerBody,
    answer=RightsRequestAnswer,
    problems=(errors.NotFound, errors.FieldInvalid, errors.RightsRequestClosed),
)
def answer_rights_request(call: Call[RightsAnswerBody], request_id: str) -> RightsRequestAnswer:
    """Says that the customer has what they asked for."""
    decided = ringfence().decide_rights_request.answer(call.caller, request_id, call.body.note, call.keyed)
    return rights_request_answer(decided)


@endpoint(
    bp,
    "POST",
    "/v1/rights-requests/{request_id}/refusal",
    roles=("officer",),
    body=RefusalBody,
    answer=RightsRequestAnswer,
    problems=(errors.NotFound, errors.FieldInvalid, errors.RightsRequestClosed),
)
def refuse_rights_request(call: Call[RefusalBody], request_id: str) -> RightsRequestAnswer:
    """Refuses, for a reason that names its law."""
    decided = ringfence().decide_rights_request.refuse(call.caller, request_id, call.body.reason_code, call.keyed)
    return rights_request_answer(decided)


def _status(call: Call[NoBody]) -> str | None:
    status = call.query.get("status")
    if status is not None and status not in OPEN:
        raise errors.FieldInvalid("/status", f"must be one of {', '.join(OPEN)}")
    return status


def _due_before(call: Call[NoBody]) -> datetime:
    text = call.query.get("due_before")
    if text is None:
        return END_OF_TIME
    with suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    raise errors.FieldInvalid("/due_before", "must be an instant, e.g. 2026-11-21T12:00:00Z")


def _position(call: Call[NoBody]) -> "Position | None":
    from chalicelib.services.list_rights_requests import Position

    cursor = call.query.get("cursor")
    if cursor is None:
        return None
    with suppress(ValueError):
        bucket, place = urlsafe_b64decode(cursor).decode().split("|")
        if bucket in buckets(0) and (not place or read_place(place)):
            return Position(bucket, place)
    raise errors.FieldInvalid("/cursor", "is not what a page said")


def _cursor(position: "Position") -> str:
    return urlsafe_b64encode(f"{position.bucket}|{position.place}".encode()).decode()
