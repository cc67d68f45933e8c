"""API Gateway refuses in the words of the application's own problems, for every type of refusal that it knows."""

import json
from typing import Any

import pytest

from chalicelib.entrypoints.api.problems import EDGE, PROBLEMS
from infra.gateway_responses import gateway_responses

# API Gateway developer guide, "Gateway response types".
TYPES = {
    "ACCESS_DENIED": 403,
    "API_CONFIGURATION_ERROR": 500,
    "AUTHORIZER_CONFIGURATION_ERROR": 500,
    "AUTHORIZER_FAILURE": 500,
    "BAD_REQUEST_BODY": 400,
    "BAD_REQUEST_PARAMETERS": 400,
    "EXPIRED_TOKEN": 403,
    "INTEGRATION_FAILURE": 504,
    "INTEGRATION_TIMEOUT": 504,
    "INVALID_API_KEY": 403,
    "INVALID_SIGNATURE": 403,
    "MISSING_AUTHENTICATION_TOKEN": 403,
    "QUOTA_EXCEEDED": 429,
    "REQUEST_TOO_LARGE": 413,
    "RESOURCE_NOT_FOUND": 404,
    "THROTTLED": 429,
    "UNAUTHORIZED": 401,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "WAF_FILTERED": 403,
}
SLUGS = {problem.slug: problem for problem in (*EDGE.values(), *PROBLEMS.values())}


@pytest.mark.parametrize("kind", [*TYPES, "DEFAULT_4XX", "DEFAULT_5XX"])
def test_every_type_is_answered_as_a_problem(kind: str) -> None:
    made = gateway_responses()
    response: Any = made.get(kind) or made["DEFAULT_4XX" if TYPES[kind] < 500 else "DEFAULT_5XX"]
    body = json.loads(response["ResponseTemplates"]["application/json"])
    problem = SLUGS[body["type"].removeprefix("urn:ringfence:problem:")]
    assert (body["status"], body["title"], body["detail"]) == (problem.status, problem.title, problem.detail)
    assert response["StatusCode"] == problem.status
    assert body["instance"] == "$context.requestId"
    headers = response["ResponseParameters"]["Headers"]
    assert headers["Content-Type"] == "'application/problem+json'"
    assert ("Retry-After" in headers) == (problem.status in (429, 503))


def test_whoever_is_not_proved_is_told_401_and_where_nothing_is_404() -> None:
    statuses = {kind: response["StatusCode"] for kind, response in gateway_responses().items()}
    assert (statuses["UNAUTHORIZED"], statuses["ACCESS_DENIED"]) == (401, 401)
    assert (statuses["MISSING_AUTHENTICATION_TOKEN"], statuses["THROTTLED"]) == (404, 429)
    assert statuses["INTEGRATION_TIMEOUT"] == 503
