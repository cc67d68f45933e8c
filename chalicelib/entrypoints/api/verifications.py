"""/v1/verifications"""

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.domain.receipt import reason_sentence
from chalicelib.domain.verification import TransactionContext, Verification
from chalicelib.entrypoints.api.answers import VerificationAnswer
from chalicelib.entrypoints.api.bodies import CheckBody, NoBody, StartBody, TransactionBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.endpoint import endpoint
from chalicelib.services.start_request import StartRequest

bp = Blueprint(__name__)

OVER = (errors.VerificationSpent, errors.VerificationCancelled, errors.VerificationExpired, errors.VerificationLocked)
NOBODY_THERE = (errors.NotFound, errors.CustomerUnreachable, errors.CustomerRestricted, errors.CustomerPurged)
# Which purposes prove a number that the request brings, and which a number that a customer already has.
BRINGS_NUMBER = ("signup", "number_change", "guardian")
NEEDS_CUSTOMER = ("number_change", "step_up", "transaction", "preferences", "guardian")
# What a client is told of a send. An intent whose outcome is not known is not claimed to be anything else.
TOLD = ("queued", "accepted", "delivered", "failed", "opted_out")


@endpoint(
    bp,
    "POST",
    "/v1/verifications",
    roles=("wallet",),
    body=StartBody,
    status=201,
    answer=VerificationAnswer,
    problems=(
        *NOBODY_THERE,
        errors.PhoneNumberInvalid,
        errors.PhoneNumberRefused,
        errors.Throttled,
        errors.SpendLimitReached,
    ),
)
def start_verification(call: Call[StartBody]) -> VerificationAnswer:
    """Sends a code by SMS to a number, or to the number that a customer already has."""
    body = call.body
    _require_fitting_members(body)
    request = StartRequest(
        purpose=body.purpose,
        phone_number=body.phone_number,
        region=body.region,
        customer_id=body.customer_id,
        locale=body.locale,
        ip=body.client.ip if body.client else None,
        device_id=body.client.device_id if body.client else None,
        context=_context(body.context),
        android_app_hash=body.android_app_hash,
    )
    return _answer(ringfence().start_verification(call.caller, call.authorization, request, call.keyed))


@endpoint(
    bp,
    "POST",
    "/v1/verifications/{verification_id}/resend",
    roles=("wallet",),
    body=NoBody,
    answer=VerificationAnswer,
    problems=(
        *NOBODY_THERE,
        *OVER,
        errors.ResendTooSoon,
        errors.SendsExhausted,
        errors.Throttled,
        errors.SpendLimitReached,
    ),
)
def resend_code(call: Call[NoBody], verification_id: str) -> VerificationAnswer:
    """Sends the same code again, within its unextended life."""
    return _answer(ringfence().resend_code(call.caller, call.authorization, verification_id, call.keyed))


@endpoint(
    bp,
    "POST",
    "/v1/verifications/{verification_id}/check",
    roles=("wallet",),
    body=CheckBody,
    answer=VerificationAnswer,
    problems=(errors.NotFound, *OVER, errors.CodeIncorrect, errors.Throttled),
)
def check_code(call: Call[CheckBody], verification_id: str) -> VerificationAnswer:
    """Checks a code; every check spends an attempt, and a right one succeeds once."""
    context = _context(call.body.context)
    return _answer(ringfence().check_code(call.caller, verification_id, call.body.code, context, call.keyed))


@endpoint(
    bp,
    "GET",
    "/v1/verifications/{verification_id}",
    roles=("wallet",),
    answer=VerificationAnswer,
    problems=(errors.NotFound,),
)
def read_verification(call: Call[NoBody], verification_id: str) -> VerificationAnswer:
    """The state of a verification."""
    return _answer(ringfence().own(call.caller, Verification, verification_id))


@endpoint(
    bp,
    "DELETE",
    "/v1/verifications/{verification_id}",
    roles=("wallet",),
    status=204,
    answer=None,
    problems=(errors.NotFound, errors.VerificationSpent),
)
def cancel_verification(call: Call[NoBody], verification_id: str) -> None:
    """Cancels a verification and erases its pending number."""
    ringfence().cancel_verification(call.caller, verification_id, call.keyed)


def _require_fitting_members(body: StartBody) -> None:
    demands = {
        "phone_number": body.purpose in BRINGS_NUMBER,
        "customer_id": body.purpose in NEEDS_CUSTOMER,
        "context": body.purpose == "transaction",
    }
    for name, demanded in demands.items():
        if demanded != (getattr(body, name) is not None):
            reason = f"is {'needed' if demanded else 'not allowed'} for {body.purpose}"
            raise errors.FieldInvalid(f"/{name}", reason)
    if body.region is not None and body.phone_number is None:
        raise errors.FieldInvalid("/region", "is not allowed without phone_number")


def _context(body: TransactionBody | None) -> TransactionContext | None:
    return TransactionContext(body.amount, body.currency, body.payee) if body else None


def _answer(verification: Verification) -> VerificationAnswer:
    rules = ringfence().policy.rules.verification
    status = verification.status_at(ringfence().adapters.clock.now(), rules)
    send = verification.sends[-1]
    # A worker sends while the code lives, and not after.
    delivery = "failed" if send.delivery == "queued" and status != "pending" else send.delivery
    return VerificationAnswer(
        verification_id=verification.id,
        purpose=verification.purpose,
        status=status,
        phone_number_masked=verification.masked,
        expires_at=verification.code_expires_at,
        resend_at=verification.resend_at(rules) if status == "pending" else None,
        sends_remaining=rules.sends - len(verification.sends),
        attempts_remaining=max(0, rules.attempts - verification.attempts),
        delivery=delivery if delivery in TOLD else "unknown",
        delivery_reason=reason_sentence(send.reason),
        verified_at=verification.verified_at,
    )
