"""/v1/customers"""

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.domain.customer import Customer
from chalicelib.domain.holds import holding
from chalicelib.domain.schedule import purge_at
from chalicelib.entrypoints.api.answers import CustomerAnswer
from chalicelib.entrypoints.api.bodies import AgeBody, BindBody, LocaleBody, NoBody, TimeZoneBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.endpoint import endpoint
from chalicelib.entrypoints.api.life_answers import hold_answers

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
        errors.TakeOverRefused,
        errors.CustomerExists,
    ),
)
def bind_customer(call: Call[BindBody]) -> CustomerAnswer:
    """Binds a proved number to a new customer; the proof is used up."""
    body = call.body
    bound = ringfence().bind_customer(
        call.caller, body.verification_id, body.customer_id, call.keyed, body.under_14, body.on_conflict
    )
    return customer_answer(bound)


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
    return customer_answer(customer)


@endpoint(
    bp,
    "PUT",
    "/v1/customers/{customer_id}/age",
    roles=("wallet",),
    body=AgeBody,
    answer=CustomerAnswer,
    problems=(errors.NotFound, errors.CustomerRestricted, errors.CustomerPurged),
)
def note_age(call: Call[AgeBody], customer_id: str) -> CustomerAnswer:
    """Notes whether the customer is under 14, when only a guardian can consent for them."""
    return customer_answer(ringfence().note_age(customer_id, call.body.under_14, call.keyed))


@endpoint(
    bp,
    "PUT",
    "/v1/customers/{customer_id}/time-zone",
    roles=("wallet", "customer"),
    body=TimeZoneBody,
    answer=CustomerAnswer,
    problems=(errors.NotFound, errors.CustomerRestricted, errors.CustomerPurged),
)
def set_time_zone(call: Call[TimeZoneBody], customer_id: str) -> CustomerAnswer:
    """Says where the customer is, so that quiet hours go by their clock; null goes by the number again."""
    call.caller.require_reach(customer_id)
    return customer_answer(ringfence().set_time_zone(customer_id, call.body.time_zone, call.keyed))


@endpoint(
    bp,
    "PUT",
    "/v1/customers/{customer_id}/locale",
    roles=("wallet", "customer"),
    body=LocaleBody,
    answer=CustomerAnswer,
    problems=(errors.NotFound, errors.CustomerRestricted, errors.CustomerPurged),
)
def set_locale(call: Call[LocaleBody], customer_id: str) -> CustomerAnswer:
    """Corrects the language in which the customer is spoken to, as far as the SMS texts have it."""
    call.caller.require_reach(customer_id)
    return customer_answer(ringfence().set_locale(customer_id, call.body.locale, call.keyed))


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
    return customer_answer(ringfence().close_customer(customer_id, call.keyed))


def customer_answer(customer: Customer) -> CustomerAnswer:
    """How a customer is shown."""
    here, is_restricted = ringfence(), customer.status == "restricted"
    change = customer.change
    return CustomerAnswer(
        customer_id=customer.id,
        status=customer.status,
        phone_number_masked=customer.masked,
        verified_at=customer.verified_at,
        locale=customer.locale,
        under_14=customer.under_14,
        time_zone=customer.own_time_zone,
        pending_until=change.until if change is not None and not change.effective else None,
        purge_at=purge_at(customer, here.policy.rules),
        holds=hold_answers(holding(customer, here.policy.rules, here.clock.now()), bool(customer.cases))
        if is_restricted
        else [],
    )
