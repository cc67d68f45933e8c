"""/v1/reveals and /v1/reveal-approvals"""

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.domain.contact import Secret
from chalicelib.entrypoints.api.bodies import ApprovalBody, RevealBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.contact_answers import ApprovalAnswer, RevealAnswer
from chalicelib.entrypoints.api.endpoint import endpoint

bp = Blueprint(__name__)


@endpoint(
    bp,
    "POST",
    "/v1/reveals",
    roles=("staff",),
    body=RevealBody,
    answer=RevealAnswer,
    problems=(
        errors.ContactTokenInvalid,
        errors.NumberStale,
        errors.ApprovalRequired,
        errors.PersonPaused,
        errors.Throttled,
        errors.NotReplayable,
    ),
)
def reveal_number(call: Call[RevealBody]) -> RevealAnswer:
    """Shows a customer's number once, for a reason that is logged; uses up the token."""
    body = call.body
    number = ringfence().strongroom.reveal(
        call.authorization, body.contact_token, body.justification, call.keyed, body.ticket
    )
    return RevealAnswer(phone_number=Secret(number.e164))


@endpoint(
    bp,
    "POST",
    "/v1/reveal-approvals/{approval_id}",
    roles=("staff",),
    body=ApprovalBody,
    answer=ApprovalAnswer,
    problems=(errors.NotFound, errors.PersonPaused),
)
def approve_reveal(call: Call[ApprovalBody], approval_id: str) -> ApprovalAnswer:
    """Agrees, as a second person, that a colleague is shown a minor's number."""
    given = ringfence().strongroom.approve_reveal(call.authorization, approval_id, call.body.customer_id, call.keyed)
    return ApprovalAnswer(
        approval_id=given.id,
        status=given.status,
        customer_id=given.wish.customer_id,
        purpose=given.wish.purpose,
        justification=given.wish.justification,
        ticket=given.wish.ticket,
        requested_by=given.wish.subject,
        expires_at=given.lapses_at,
    )
