"""/v1/customers/{customer_id}/consents"""

from datetime import datetime

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.domain.asking import Prompt, prompts
from chalicelib.domain.consent import ConsentChoice, ConsentEvent, GuardianProof, record_id
from chalicelib.domain.consent_state import state_after
from chalicelib.domain.customer import ConsentState, Customer
from chalicelib.domain.policy import Policy
from chalicelib.entrypoints.api.answers import (
    ConsentAnswer,
    ConsentEventAnswer,
    ConsentsAnswer,
    GuardianAnswer,
    HistoryAnswer,
    PromptAnswer,
    PromptsAnswer,
    WaitingAnswer,
)
from chalicelib.entrypoints.api.bodies import ConsentBody, NoBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.endpoint import endpoint
from chalicelib.entrypoints.api.notices import LOCALE, notice_answer

bp = Blueprint(__name__)


@endpoint(
    bp,
    "PUT",
    "/v1/customers/{customer_id}/consents/{purpose}",
    roles=("wallet", "customer", "officer"),
    body=ConsentBody,
    answer=ConsentAnswer,
    problems=(
        errors.NotFound,
        errors.PurposeNotSwitchable,
        errors.NoticeOutdated,
        errors.NoticeMismatch,
        errors.GuardianRequired,
        errors.VerificationPurposeMismatch,
        errors.VerificationSpent,
        errors.VerificationCancelled,
        errors.VerificationExpired,
        errors.VerificationNotProved,
        errors.CustomerRestricted,
        errors.CustomerPurged,
    ),
)
def record_consent(call: Call[ConsentBody], customer_id: str, purpose: str) -> ConsentAnswer:
    """Records that a customer gives, refuses or withdraws consent to a purpose; an officer records no yes."""
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
        method=body.method,
        guardian_verification_id=body.guardian_verification_id,
    )
    event = ringfence().record_consent(call.caller, customer_id, choice, call.keyed)
    at = datetime.fromisoformat(event.event_time)
    return _now(customer_id, event.purpose, state_after(event, at), at)


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
    at = ringfence().clock.now()
    states = sorted(customer.consents.items())
    return ConsentsAnswer(consents=[_now(customer_id, purpose, state, at) for purpose, state in states])


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


@endpoint(
    bp,
    "GET",
    "/v1/customers/{customer_id}/prompts",
    roles=("wallet", "customer"),
    answer=PromptsAnswer,
    problems=(errors.NotFound, errors.CustomerRestricted, errors.CustomerPurged),
    query=LOCALE,
)
def read_prompts(call: Call[NoBody], customer_id: str) -> PromptsAnswer:
    """What the customer may be asked now, with the notices to show; after a no the same is not asked again for long."""
    call.caller.require_reach(customer_id)
    here = ringfence()
    customer = here.store.get(Customer, customer_id)
    if customer is None:
        raise errors.NotFound
    found = prompts(customer, here.policy, here.clock.now())
    locale = here.policy.notice_locale(call.query.get("locale") or customer.locale)
    return PromptsAnswer(
        ask=[_prompt(it, customer, here.policy, locale) for it in found if it.may_be_asked],
        explain=[_prompt(it, customer, here.policy, locale) for it in found if it.reason == "essential"],
        wait=[
            WaitingAnswer(purpose=it.purpose, reason=it.reason, next_at=it.next_at)
            for it in found
            if not it.may_be_asked and it.reason != "essential"
        ],
    )


def _prompt(prompt: Prompt, customer: Customer, policy: Policy, locale: str) -> PromptAnswer:
    purpose = policy.rules.purposes[prompt.purpose]
    return PromptAnswer(
        purpose=prompt.purpose,
        reason=prompt.reason,
        guardian_required=customer.under_14 and not purpose.essential,
        channels=list(purpose.channels),
        most_per_month=purpose.most_per_month,
        valid_days=purpose.valid_days,
        notice=notice_answer(policy.notices[prompt.purpose, purpose.notice_version, locale]),
    )


def _now(customer_id: str, purpose: str, state: ConsentState, at: datetime) -> ConsentAnswer:
    # The ledger says so a little later.
    return consent_answer(customer_id, purpose, state, "expired" if state.lapsed(at) else state.decision)


def consent_answer(customer_id: str, purpose: str, state: ConsentState, status: str) -> ConsentAnswer:
    """The last word on a purpose as it is answered."""
    return ConsentAnswer(
        record_id=record_id(customer_id, purpose),
        purpose=purpose,
        status=status,
        event_id=state.event_id,
        event_time=state.event_time,
        notice_version=state.notice_version,
        locale=state.locale,
        channels=list(state.channels),
        valid_until=state.valid_until,
    )


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
        actor=event.actor,
        method=event.method,
        most_per_month=event.most_per_month,
        valid_until=datetime.fromisoformat(event.valid_until) if event.valid_until else None,
        guardian=_guardian(event.guardian) if event.guardian else None,
    )


def _guardian(proof: GuardianProof) -> GuardianAnswer:
    return GuardianAnswer(
        verification_id=proof.verification_id,
        phone_number_masked=proof.phone_number_masked,
        verified_at=datetime.fromisoformat(proof.verified_at),
    )
