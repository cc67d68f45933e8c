"""/healthz and /openapi.json"""

from chalice.app import Blueprint

from chalicelib.entrypoints.api.answers import HealthAnswer, OpenApiAnswer
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
