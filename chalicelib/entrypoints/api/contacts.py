"""/v1/contact-decisions, /v1/messages and /v1/reveals"""

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.domain.contact import Secret
from chalicelib.domain.gate import ContactQuestion
from chalicelib.entrypoints.api.answers import DecisionAnswer, MessageAnswer, RevealAnswer
from chalicelib.entrypoints.api.bodies import ContactBody, MessageBody, RevealBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.endpoint import endpoint

bp = Blueprint(__name__)


@endpoint(
    bp,
    "POST",
    "/v1/contact-decisions",
    roles=("staff", "wallet"),
    body=ContactBody,
    answer=DecisionAnswer,
    problems=(errors.NotFound, errors.NotReplayable),
)
def decide_contact(call: Call[ContactBody]) -> DecisionAnswer:
    """Says whether a customer may be contacted now, and why; if so, with a token for one contact."""
    question = ContactQuestion(call.body.customer_id, call.body.purpose, call.body.channel)
    answer = ringfence().decide_contact(call.caller, question, call.keyed)
    return DecisionAnswer(
        decision="permitted" if answer.decision.permitted else "refused",
        reason=answer.decision.reason,
        evidence=list(answer.decision.evidence),
        next_allowed_at=answer.decision.next_allowed_at,
        contact_token=answer.token,
        expires_at=answer.expires_at,
    )


@endpoint(
    bp,
    "POST",
    "/v1/messages",
    roles=("staff", "wallet"),
    body=MessageBody,
    status=202,
    answer=MessageAnswer,
    problems=(errors.ContactTokenInvalid, errors.Throttled, errors.SpendLimitReached),
)
def send_message(call: Call[MessageBody]) -> MessageAnswer:
    """Sends a text by SMS to a customer whose number the caller never sees; uses up the token."""
    body = call.body
    message = ringfence().strongroom.send_message(
        call.authorization, body.contact_token, body.template, body.parameters, call.keyed
    )
    return MessageAnswer(message_id=message.id, status=message.delivery)


@endpoint(
    bp,
    "POST",
    "/v1/reveals",
    roles=("staff",),
    body=RevealBody,
    answer=RevealAnswer,
    problems=(errors.ContactTokenInvalid, errors.Throttled, errors.NotReplayable),
)
def reveal_number(call: Call[RevealBody]) -> RevealAnswer:
    """Shows a customer's number once, for a reason that is logged; uses up the token."""
    number = ringfence().strongroom.reveal(
        call.authorization, call.body.contact_token, call.body.justification, call.keyed
    )
    return RevealAnswer(phone_number=Secret(number.e164))
