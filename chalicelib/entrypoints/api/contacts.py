"""/v1/contact-decisions"""

from collections.abc import Mapping

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.domain.gate import ContactQuestion, Decision
from chalicelib.domain.reasons import sentence
from chalicelib.entrypoints.api.bodies import ContactBatchBody, ContactBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.contact_answers import ContactBatchAnswer, DecisionAnswer, PreviewAnswer, SaidAnswer
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
    """Says whether a customer may be contacted now, and why; if so, with a token for one contact.

    A preview brings no token, takes no share of a cap and is kept as a count only.
    """
    body = call.body
    if body.preview:
        previewed = _preview(call, [body.customer_id])[body.customer_id]
        if previewed is None:
            raise errors.NotFound
        return DecisionAnswer(**_said(previewed, body.locale), contact_token=None, expires_at=None)
    answer = ringfence().decide_contact(
        call.caller, ContactQuestion(body.customer_id, body.purpose, body.channel), call.keyed
    )
    said = _said(answer.decision, body.locale)
    return DecisionAnswer(**said, contact_token=answer.token, expires_at=answer.expires_at)


@endpoint(
    bp,
    "POST",
    "/v1/contact-decisions/batch",
    roles=("staff", "wallet"),
    body=ContactBatchBody,
    answer=ContactBatchAnswer,
)
def preview_contacts(call: Call[ContactBatchBody]) -> ContactBatchAnswer:
    """Says for up to 100 customers whether they may be contacted now: previews, without tokens."""
    found = _preview(call, call.body.customer_ids)
    decisions = [
        PreviewAnswer(customer_id=customer_id, **_said(decision, call.body.locale))
        for customer_id, decision in found.items()
        if decision is not None
    ]
    return ContactBatchAnswer(
        decisions=decisions, not_found=[each for each, decision in found.items() if decision is None]
    )


def _preview(
    call: Call[ContactBody] | Call[ContactBatchBody], customer_ids: list[str]
) -> Mapping[str, Decision | None]:
    return ringfence().preview_contacts(call.caller, customer_ids, call.body.purpose, call.body.channel)


def _said(decision: Decision, locale: str | None) -> SaidAnswer:
    return SaidAnswer(
        decision="permitted" if decision.permitted else "refused",
        reason=decision.reason,
        explanation=sentence(decision.reason, locale),
        evidence=list(decision.evidence),
        next_allowed_at=decision.next_allowed_at,
    )
