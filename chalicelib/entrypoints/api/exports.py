"""/v1/customers/{customer_id}/export"""

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.entrypoints.api.bodies import NoBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.endpoint import endpoint
from chalicelib.entrypoints.api.export_answer import ExportAnswer, export_answer

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
