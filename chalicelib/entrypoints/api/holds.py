"""/v1/customers/{customer_id}/holds"""

from datetime import datetime

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.domain.customer import Customer
from chalicelib.domain.holds import CaseHold, LiftedHold, holding
from chalicelib.entrypoints.api.bodies import HoldBody, NoBody, ReviewBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.endpoint import endpoint
from chalicelib.entrypoints.api.life_answers import CaseAnswer, HoldsAnswer, LiftedAnswer, hold_answers
from chalicelib.services.changing import existing
from chalicelib.services.concurrently import together

bp = Blueprint(__name__)

PATH = "/v1/customers/{customer_id}/holds"
ONE = f"{PATH}/{{hold_id}}"


@endpoint(
    bp,
    "POST",
    PATH,
    roles=("officer",),
    body=HoldBody,
    status=201,
    answer=CaseAnswer,
    problems=(errors.NotFound, errors.CaseHoldsOff, errors.CustomerPurged),
)
def place_hold(call: Call[HoldBody], customer_id: str) -> CaseAnswer:
    """Forbids erasing a customer, for a dispute or an investigation, until an officer lifts it."""
    body = call.body
    review_at = datetime.fromisoformat(body.review_at)
    return _answer(ringfence().change_holds.place(call.caller, customer_id, body.reason, review_at, call.keyed))


@endpoint(bp, "GET", PATH, roles=("officer",), answer=HoldsAnswer, problems=(errors.NotFound,))
def list_holds(_call: Call[NoBody], customer_id: str) -> HoldsAnswer:
    """The laws and the cases that forbid erasing a customer, and the cases that are over."""
    here = ringfence()
    customer, lifted = together(
        lambda: existing(here.store, Customer, customer_id),
        lambda: sorted(here.store.owned(LiftedHold, customer_id), key=lambda it: (it.lifted_at, it.id)),
    )
    at = here.clock.now()
    return HoldsAnswer(
        laws=hold_answers(holding(customer, here.policy.rules, at), case=False),
        cases=[_answer(it) for it in customer.cases],
        lifted=[_lifted(it) for it in lifted if it.lapses_at > at],
    )


@endpoint(bp, "PUT", ONE, roles=("officer",), body=ReviewBody, answer=CaseAnswer, problems=(errors.NotFound,))
def review_hold(call: Call[ReviewBody], customer_id: str, hold_id: str) -> CaseAnswer:
    """Says that a hold is still needed, and when to ask again."""
    review_at = datetime.fromisoformat(call.body.review_at)
    return _answer(ringfence().change_holds.review(customer_id, hold_id, review_at, call.keyed))


@endpoint(bp, "DELETE", ONE, roles=("officer",), status=204, answer=None, problems=(errors.NotFound,))
def lift_hold(call: Call[NoBody], customer_id: str, hold_id: str) -> None:
    """Lifts a hold; a customer whose contract has ended is erased when nothing else holds them."""
    ringfence().change_holds.lift(call.caller, customer_id, hold_id, call.keyed)


def _answer(hold: CaseHold) -> CaseAnswer:
    return CaseAnswer(
        hold_id=hold.id,
        officer=hold.officer,
        reason=hold.reason,
        placed_at=hold.placed_at,
        review_at=hold.review_at,
        overdue_at=hold.overdue_at,
    )


def _lifted(hold: LiftedHold) -> LiftedAnswer:
    return LiftedAnswer(
        hold_id=hold.hold_id,
        officer=hold.officer,
        reason=hold.reason,
        placed_at=hold.placed_at,
        lifted_by=hold.lifted_by,
        lifted_at=hold.lifted_at,
    )
