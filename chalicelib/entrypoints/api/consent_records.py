"""/v1/consent-records"""

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.entrypoints.api.answers import ReceiptAnswer
from chalicelib.entrypoints.api.bodies import NoBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.endpoint import Rendered, endpoint
from chalicelib.entrypoints.api.media import JOSE, JSON

bp = Blueprint(__name__)


@endpoint(
    bp,
    "GET",
    "/v1/consent-records/{record_id}/receipt",
    roles=("wallet", "customer", "officer"),
    answer=ReceiptAnswer,
    also=(JOSE,),
    problems=(errors.NotFound,),
)
def read_receipt(call: Call[NoBody], record_id: str) -> Rendered:
    """The receipt for what a customer said on one purpose, by ISO/IEC TS 27560; signed if application/jose is asked."""
    customer_id, _, purpose = record_id.partition(".")
    call.caller.require_reach(customer_id)
    if call.prefers(JOSE, to=JSON):
        return Rendered(JOSE, ringfence().issue_receipt.signed(customer_id, purpose))
    return Rendered(JSON, ringfence().issue_receipt(customer_id, purpose).decode())
