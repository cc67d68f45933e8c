"""DELETE /v1/customers/{customer_id}, and the certificate of it."""

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.entrypoints.api.bodies import NoBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.endpoint import Rendered, endpoint
from chalicelib.entrypoints.api.life_answers import CertificateAnswer, certificate_answer
from chalicelib.entrypoints.api.media import JOSE, JSON

bp = Blueprint(__name__)

FLAGS = {None: False, "false": False, "true": True}


@endpoint(
    bp,
    "DELETE",
    "/v1/customers/{customer_id}",
    roles=("customer", "officer"),
    answer=CertificateAnswer,
    problems=(errors.NotFound, errors.FieldInvalid, errors.HoldActive, errors.CustomerPurged),
    query={"never_contact_again": "true keeps the number, by its tag, from advertising by whoever has it later."},
)
def erase_customer(call: Call[NoBody], customer_id: str) -> CertificateAnswer:
    """Erases a customer's number; while a law or a case holds it, restricts it and says which."""
    call.caller.require_reach(customer_id)
    said = call.query.get("never_contact_again")
    if said not in FLAGS:
        raise errors.FieldInvalid("/never_contact_again", "must be true or false")
    return certificate_answer(ringfence().erase_customer(call.caller, customer_id, FLAGS[said], call.keyed))


@endpoint(
    bp,
    "GET",
    "/v1/customers/{customer_id}/erasure-certificate",
    roles=("customer", "officer"),
    answer=CertificateAnswer,
    also=(JOSE,),
    problems=(errors.NotFound,),
)
def read_certificate(call: Call[NoBody], customer_id: str) -> Rendered:
    """What was erased, what is kept, and when no backup opens it any more; signed if application/jose is asked."""
    call.caller.require_reach(customer_id)
    if call.prefers(JOSE, to=JSON):
        return Rendered(JOSE, ringfence().issue_certificate.signed(customer_id))
    return Rendered(JSON, ringfence().issue_certificate(customer_id).decode())
