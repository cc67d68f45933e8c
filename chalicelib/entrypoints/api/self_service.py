"""What a customer's own page is opened by, and who looked: /v1/customers/{customer_id}/preference-links, /access-log"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.domain.access import AccessLogEntry, DecisionLogEntry
from chalicelib.domain.reasons import sentence
from chalicelib.entrypoints.api.bodies import NoBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.contact_answers import (
    AccessAnswer,
    AccessLogAnswer,
    LoggedDecisionAnswer,
    PreferenceLinkAnswer,
    PreviewsAnswer,
)
from chalicelib.entrypoints.api.endpoint import endpoint

bp = Blueprint(__name__)


@endpoint(
    bp,
    "POST",
    "/v1/customers/{customer_id}/preference-links",
    roles=("customer",),
    body=NoBody,
    status=201,
    answer=PreferenceLinkAnswer,
    problems=(errors.NotFound, errors.NotReplayable),
)
def issue_link(call: Call[NoBody], customer_id: str) -> PreferenceLinkAnswer:
    """Makes an address at which the customer enters the preference centre, once and within a minute."""
    from chalicelib.entrypoints.web.address import address_of

    call.caller.require_reach(customer_id)
    address = address_of(bp.current_request)
    link = ringfence().issue_link(customer_id, call.keyed)
    url = f"{address.origin}{address.prefix}/preferences/enter?token={link.token}"
    return PreferenceLinkAnswer(url=url, expires_at=link.expires_at)


@endpoint(
    bp,
    "GET",
    "/v1/customers/{customer_id}/access-log",
    roles=("customer", "officer"),
    answer=AccessLogAnswer,
    problems=(errors.NotFound,),
)
def read_access_log(call: Call[NoBody], customer_id: str) -> AccessLogAnswer:
    """Who opened the number and who asked whether they may, the latest 200 of each; how often somebody previewed."""
    call.caller.require_reach(customer_id)
    log = ringfence().read_access_log(customer_id)
    return AccessLogAnswer(
        entries=[access_answer(entry, log.said_at) for entry in log.openings],
        decisions=[decision_answer(entry, log.said_at, log.customer.locale) for entry in log.decisions],
        previews=[PreviewsAnswer(month=it.month, staff=it.staff, wallet=it.wallet) for it in log.previews],
    )


def access_answer(entry: AccessLogEntry, said_at: Mapping[str, datetime]) -> AccessAnswer:
    """The opening as its customer sees it: of the people only their part."""
    return AccessAnswer(
        entry_id=entry.id,
        opened_at=entry.at,
        action=entry.action,
        purpose=entry.purpose,
        channel=entry.channel,
        role=entry.role,
        justification=entry.justification,
        ticket=entry.ticket,
        approved=entry.approved_by is not None,
        evidence=list(entry.evidence),
        said_at=_said_at(entry.evidence, said_at),
    )


def decision_answer(entry: DecisionLogEntry, said_at: Mapping[str, datetime], locale: str) -> LoggedDecisionAnswer:
    """The decision as its customer sees it."""
    return LoggedDecisionAnswer(
        entry_id=entry.id,
        decided_at=entry.at,
        purpose=entry.purpose,
        channel=entry.channel,
        role=entry.role,
        reason=entry.reason,
        explanation=sentence(entry.reason, locale),
        evidence=list(entry.evidence),
        said_at=_said_at(entry.evidence, said_at),
    )


def _said_at(evidence: Sequence[str], said_at: Mapping[str, datetime]) -> datetime | None:
    return next((said_at[each] for each in evidence if each in said_at), None)
