"""/v1/customers/{customer_id}/consents"""

from datetime import datetime

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.domain.consent import ConsentChoice, ConsentEvent, record_id
from chalicelib.domain.customer import Customer
from chalicelib.entrypoints.api.answers import ConsentAnswer, ConsentEventAnswer, ConsentsAnswer, HistoryAnswer
from chalicelib.entrypoints.api.bodies import ConsentBody, NoBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.endpoint import endpoint

bp = Blueprint(__name__)


@endpoint(
    bp,
    "PUT",
    "/v1/customers/{customer_id}/consents/{purpose}",
    roles=("wallet", "customer"),
    body=ConsentBody,
    answer=ConsentAnswer,
    problems=(
        errors.NotFound,
        errors.PurposeNotSwitchable,
        errors.NoticeOutdated,
        errors.NoticeMismatch,
        errors.CustomerRestricted,
        errors.CustomerPurged,
    ),
)
def record_consent(call: Call[ConsentBody], customer_id: str, purpose: str) -> ConsentAnswer:
    """Records that a customer gives, refuses or withdraws consent to a purpose; it counts at once."""
    call.caller.require_reach(customer_id)
    body = call.body
    choice = ConsentChoice(
        purpose=purpose,
        decision=body.decision,
        notice_version=body.notice_version,
        locale=body.locale,
        notice_sha256=body.notice_sha256,
        channels=tuple(dict.fromkeys(body.channels)),
        surface=body.surface,
    )
    event = ringfence().record_consent(call.caller, customer_id, choice, call.keyed)
    return ConsentAnswer(
        record_id=event.record_id,
        purpose=event.purpose,
        status=event.event_type,
        event_id=event.event_id,
        event_time=datetime.fromisoformat(event.event_time),
        notice_version=event.notice_version,
        locale=event.locale,
        channels=list(event.channels),
    )


@endpoint(
    bp,
    "GET",
    "/v1/customers/{customer_id}/consents",
    roles=("wallet", "customer", "officer"),
    answer=ConsentsAnswer,
    problems=(errors.NotFound,),
)
def read_consents(call: Call[NoBody], customer_id: str) -> ConsentsAnswer:
    """What the customer last said on each purpose."""
    call.caller.require_reach(customer_id)
    customer = ringfence().store.get(Customer, customer_id)
    if customer is None:
        raise errors.NotFound
    consents = [
        ConsentAnswer(
            record_id=record_id(customer_id, purpose),
            purpose=purpose,
            status=state.decision,
            event_id=state.event_id,
            event_time=state.event_time,
            notice_version=state.notice_version,
            locale=state.locale,
            channels=list(state.channels),
        )
        for purpose, state in sorted(customer.consents.items())
    ]
    return ConsentsAnswer(consents=consents)


@endpoint(
    bp,
    "GET",
    "/v1/customers/{customer_id}/consents/{purpose}/history",
    roles=("wallet", "customer", "officer"),
    answer=HistoryAnswer,
    problems=(errors.NotFound,),
)
def read_history(call: Call[NoBody], customer_id: str, purpose: str) -> HistoryAnswer:
    """Every event of one purpose, oldest first; the chain is checked on the way."""
    call.caller.require_reach(customer_id)
    events = [event for event in ringfence().history(customer_id) if event.purpose == purpose]
    if not events and purpose not in ringfence().policy.rules.purposes:
        raise errors.NotFound
    return HistoryAnswer(events=[_event(event) for event in events])


def _event(event: ConsentEvent) -> ConsentEventAnswer:
    return ConsentEventAnswer(
        event_id=event.event_id,
        record_id=event.record_id,
        event_type=event.event_type,
        event_time=datetime.fromisoformat(event.event_time),
        purpose=event.purpose,
        channels=list(event.channels),
        notice_version=event.notice_version,
        notice_sha256=event.notice_sha256,
        locale=event.locale,
        surface=event.surface,
        actor_role=event.actor_role,
        actor_client=event.actor_client,
    )
