"""/v1/customers/{customer_id}/export, /export-links"""

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.entrypoints.api.bodies import ExportLinkBody, NoBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.endpoint import endpoint
from chalicelib.entrypoints.api.export_answer import ExportAnswer, ExportLinkAnswer, export_answer

bp = Blueprint(__name__)


@endpoint(
    bp,
    "GET",
    "/v1/customers/{customer_id}/export",
    roles=("customer", "officer"),
    answer=ExportAnswer,
    problems=(errors.NotFound,),
)
def export_customer(call: Call[NoBody], customer_id: str) -> ExportAnswer:
    """Everything held about a customer, the number masked, and the chain of consent events with all that proves it."""
    call.caller.require_reach(customer_id)
    return export_answer(ringfence().export_customer(customer_id))


@endpoint(
    bp,
    "POST",
    "/v1/customers/{customer_id}/export-links",
    # Not the wallet: it could open the link itself, and it is the customer who may read everything.
    roles=("customer", "officer"),
    body=ExportLinkBody,
    status=201,
    answer=ExportLinkAnswer,
    problems=(errors.NotFound, errors.NotReplayable),
)
def issue_export_link(call: Call[ExportLinkBody], customer_id: str) -> ExportLinkAnswer:
    """Makes an address at which the customer reads or downloads everything, once and within ten minutes.

    To open the address uses nothing up, since mail scanners and previews do: a button on it does.
    """
    from chalicelib.entrypoints.web.address import address_of

    call.caller.require_reach(customer_id)
    address = address_of(bp.current_request)
    link = ringfence().issue_export_link(customer_id, call.body.form, call.keyed)
    url = f"{address.origin}{address.prefix}/preferences/record-once?token={link.token}"
    return ExportLinkAnswer(url=url, expires_at=link.expires_at)
