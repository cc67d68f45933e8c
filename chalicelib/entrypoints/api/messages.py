"""/v1/messages"""

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.domain.contact import Message
from chalicelib.domain.receipt import reason_sentence
from chalicelib.domain.sending_rules import usd
from chalicelib.entrypoints.api.bodies import MessageBody, NoBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.contact_answers import MessageAnswer
from chalicelib.entrypoints.api.endpoint import endpoint

bp = Blueprint(__name__)


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
    return _answer(
        ringfence().strongroom.send_message(
            call.authorization, body.contact_token, body.template, body.parameters, call.keyed
        )
    )


@endpoint(
    bp,
    "GET",
    "/v1/messages/{message_id}",
    roles=("staff", "wallet"),
    answer=MessageAnswer,
    problems=(errors.NotFound,),
)
def read_message(call: Call[NoBody], message_id: str) -> MessageAnswer:
    """What became of a message, for three days; nothing is claimed that no carrier said."""
    return _answer(ringfence().own(call.caller, Message, message_id))


def _answer(message: Message) -> MessageAnswer:
    return MessageAnswer(
        message_id=message.id,
        status=message.delivery,
        status_reason=reason_sentence(message.reason),
        parts=message.parts,
        price_usd=usd(message.cost),
        sent_at=message.sent_at,
    )
