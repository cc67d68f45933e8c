"""What a customer's own page is opened by, and who looked: /v1/customers/{customer_id}/preference-links, /access-log"""

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.domain.access import AccessLogEntry
from chalicelib.entrypoints.api.answers import AccessAnswer, AccessLogAnswer, PreferenceLinkAnswer
from chalicelib.entrypoints.api.bodies import NoBody
from chalicelib.entrypoints.api.call import Call
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
    problems=(errors.NotFound, errors.CustomerRestricted, errors.CustomerPurged, errors.NotReplayable),
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
    """The latest 200 openings of the number, newest first: by whom, when, why and by which permission."""
    call.caller.require_reach(customer_id)
    entries = ringfence().read_access_log(customer_id)
    return AccessLogAnswer(entries=[access_answer(entry) for entry in entries])


def access_answer(entry: AccessLogEntry) -> AccessAnswer:
    """The opening as its customer sees it."""
    return AccessAnswer(
        entry_id=entry.id,
        opened_at=entry.at,
        action=entry.action,
        purpose=entry.purpose,
        channel=entry.channel,
        role=entry.role,
        justification=entry.justification,
        evidence=list(entry.evidence),
    )
