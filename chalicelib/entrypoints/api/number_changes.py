"""/v1/customers/{customer_id}/phone-number"""

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.domain.number_choice import NumberWish
from chalicelib.entrypoints.api.answers import CustomerAnswer
from chalicelib.entrypoints.api.bodies import ChangeNumberBody, NoBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.customers import customer_answer
from chalicelib.entrypoints.api.endpoint import Waiting, endpoint

bp = Blueprint(__name__)

PATH = "/v1/customers/{customer_id}/phone-number"


@endpoint(
    bp,
    "PUT",
    PATH,
    roles=("wallet", "customer"),
    body=ChangeNumberBody,
    answer=CustomerAnswer,
    may_wait=True,
    problems=(
        errors.NotFound,
        errors.VerificationSpent,
        errors.VerificationCancelled,
        errors.VerificationExpired,
        errors.VerificationNotProved,
        errors.VerificationPurposeMismatch,
        errors.CustomerRestricted,
        errors.CustomerPurged,
        errors.NumberInUse,
        errors.NumberChangePending,
        errors.TakeOverRefused,
    ),
)
def change_number(call: Call[ChangeNumberBody], customer_id: str) -> CustomerAnswer | Waiting:
    """Gives the customer another number: at once if the old one was proved, too; else after a hold (202)."""
    call.caller.require_reach(customer_id)
    body = call.body
    wish = NumberWish(body.verification_id, body.old_verification_id, body.on_conflict)
    changed = ringfence().change_number(call.caller, call.authorization, customer_id, wish, call.keyed)
    return _as_it_stands(customer_answer(changed))


@endpoint(bp, "DELETE", PATH, roles=("wallet", "customer"), answer=CustomerAnswer, problems=(errors.NotFound,))
def stop_number_change(call: Call[NoBody], customer_id: str) -> CustomerAnswer:
    """Brings a change of number that is not over to nothing: the customer has the number from before it."""
    call.caller.require_reach(customer_id)
    return customer_answer(ringfence().stop_number_change(customer_id, call.keyed))


def _as_it_stands(answer: CustomerAnswer) -> CustomerAnswer | Waiting:
    return answer if answer["pending_until"] is None else Waiting(answer)
