"""Requests that schemathesis makes of the description, good and bad, through the gateway as a WSGI application."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import ignored_auth, positive_data_acceptance, use_after_free
from schemathesis.specs.openapi.checks import ensure_resource_availability, unsupported_method

from tests.api.conformance import ROUTES, description
from tests.api.world import Api
from tests.fakes import bearer, caller

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
EXAMPLES = 15
# That each valid body is accepted: the view knows rules that a schema cannot say. What becomes of a resource after its
# DELETE: a cancelled verification stays readable. The last two are tested by name elsewhere.
NOT_ASKED = [positive_data_acceptance, use_after_free, ensure_resource_availability, ignored_auth, unsupported_method]
EVERYBODY = bearer(caller("wallet staff officer"))


def as_wsgi(api: Api) -> Callable[[dict[str, Any], StartResponse], Iterable[bytes]]:
    """The gateway behind the interface that schemathesis calls."""

    def serve(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        headers = {
            name.removeprefix("HTTP_").replace("_", "-"): value
            for name, value in environ.items()
            if name.startswith("HTTP_") or name == "CONTENT_TYPE"
        }
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        path = environ["REQUEST_URI"] + (f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else "")
        reply = api.through_gateway(environ["REQUEST_METHOD"], path, headers, body)
        start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", list(reply.headers.items()))
        return [reply.text.encode()]

    return serve


def has_input(method: str, route: str) -> bool:
    operation = description()["paths"][route][method.lower()]
    return bool(operation["parameters"] or operation.get("requestBody"))


CASES = [(GenerationMode.POSITIVE, *it) for it in ROUTES] + [
    # What takes nothing cannot be given anything bad.
    (GenerationMode.NEGATIVE, *it)
    for it in ROUTES
    if has_input(*it)
]


@pytest.mark.parametrize(("mode", "method", "route"), CASES)
def test_what_schemathesis_sends_is_answered_as_described(
    api: Api, mode: GenerationMode, method: str, route: str
) -> None:
    described = schemathesis.openapi.from_wsgi("/openapi.json", as_wsgi(api))
    operation = described[route][method]
    sent: list[int] = []

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send(case: Any) -> None:
        answer = case.call_and_validate(headers={"Authorization": EVERYBODY}, excluded_checks=NOT_ASKED)
        assert answer.status_code < 500
        sent.append(answer.status_code)

    send()
    assert sent
