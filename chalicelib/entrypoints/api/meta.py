"""/healthz, /openapi.json and /.well-known/jwks.json"""

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.entrypoints.api.answers import HealthAnswer, KeysAnswer, OpenApiAnswer
from chalicelib.entrypoints.api.bodies import NoBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.endpoint import endpoint

bp = Blueprint(__name__)

API_VERSION = "1.0.0"


@endpoint(bp, "GET", "/healthz", answer=HealthAnswer)
def healthz(_call: Call[NoBody]) -> HealthAnswer:
    """The process answers."""
    return HealthAnswer(status="ok")


@endpoint(bp, "GET", "/openapi.json", answer=OpenApiAnswer)
def describe(_call: Call[NoBody]) -> OpenApiAnswer:
    """This API, as OpenAPI 3.1."""
    from chalicelib.entrypoints.api.openapi import openapi

    return openapi(API_VERSION)


@endpoint(bp, "GET", "/.well-known/jwks.json", answer=KeysAnswer)
def read_keys(_call: Call[NoBody]) -> KeysAnswer:
    """The public keys by which receipts and anchors are checked, the current one first."""
    return KeysAnswer(keys=ringfence().adapters.signer.public_keys())
