"""/v1/customers"""

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.domain.customer import Customer
from chalicelib.entrypoints.api.answers import CustomerAnswer
from chalicelib.entrypoints.api.bodies import BindBody, NoBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.endpoint import endpoint

bp = Blueprint(__name__)


@endpoint(
    bp,
    "POST",
    "/v1/customers",
    roles=("wallet",),
    body=BindBody,
    status=201,
    answer=CustomerAnswer,
    problems=(
        errors.NotFound,
        errors.VerificationSpent,
        errors.VerificationCancelled,
        errors.VerificationExpired,
        errors.VerificationNotProved,
        errors.VerificationPurposeMismatch,
        errors.NumberInUse,
        errors.CustomerExists,
    ),
)
def bind_customer(call: Call[BindBody]) -> CustomerAnswer:
    """Binds a proved number to a new customer; the proof is used up."""
    return _answer(ringfence().bind_customer(call.caller, call.body.verification_id, call.body.customer_id, call.keyed))


@endpoint(
    bp,
    "GET",
    "/v1/customers/{customer_id}",
    roles=("wallet", "customer", "staff"),
    answer=CustomerAnswer,
    problems=(errors.NotFound,),
)
def read_customer(call: Call[NoBody], customer_id: str) -> CustomerAnswer:
    """A customer's state, the number masked."""
    call.caller.require_reach(customer_id)
    customer = ringfence().store.get(Customer, customer_id)
    if customer is None:
        raise errors.NotFound
    return _answer(customer)


@endpoint(
    bp,
    "POST",
    "/v1/customers/{customer_id}/closure",
    roles=("wallet", "customer"),
    body=NoBody,
    status=202,
    answer=CustomerAnswer,
    problems=(errors.NotFound,),
)
def close_customer(call: Call[NoBody], customer_id: str) -> CustomerAnswer:
    """Ends the contract: the number is restricted now and purged at the date in the answer."""
    call.caller.require_reach(customer_id)
    return _answer(ringfence().close_customer(customer_id, call.keyed))


def _answer(customer: Customer) -> CustomerAnswer:
    return CustomerAnswer(
        customer_id=customer.id,
        status=customer.status,
        phone_number_masked=customer.masked,
        verified_at=customer.verified_at,
        purge_at=customer.due_at if customer.status == "restricted" else None,
    )
