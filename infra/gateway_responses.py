"""What API Gateway answers by itself, in the words and the form of the application's own problems."""

import json
from typing import Any

from chalicelib.entrypoints.api.problems import gateway_problem

# API Gateway's response types and the status that the contract gives them.
STATUS_OF = {
    # No token came, or the authorizer proved nobody by it.
    "UNAUTHORIZED": 401,
    "ACCESS_DENIED": 401,
    # Its names for a path or method that is not there, depending on what the Authorization header looks like.
    "MISSING_AUTHENTICATION_TOKEN": 404,
    "RESOURCE_NOT_FOUND": 404,
    "INVALID_SIGNATURE": 404,
    "EXPIRED_TOKEN": 404,
    "INVALID_API_KEY": 404,
    "WAF_FILTERED": 403,
    "REQUEST_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "THROTTLED": 429,
    "QUOTA_EXCEEDED": 429,
    "BAD_REQUEST_BODY": 400,
    "BAD_REQUEST_PARAMETERS": 400,
    # What is left is again a path that is not there, with an Authorization header that nothing there asked for.
    "DEFAULT_4XX": 404,
    "AUTHORIZER_FAILURE": 503,
    "INTEGRATION_FAILURE": 503,
    "INTEGRATION_TIMEOUT": 503,
    "DEFAULT_5XX": 500,
}
# These pass: the request may be repeated, with its Idempotency-Key.
PASSING = {429, 503}


def gateway_responses() -> dict[str, Any]:
    """The property GatewayResponses of an AWS::Serverless::Api is made, one entry for each type."""
    return {kind: _response(status) for kind, status in STATUS_OF.items()}


def _response(wanted: int) -> dict[str, Any]:
    # A variable of API Gateway's stands where the request id will be.
    status, headers, body = gateway_problem(wanted, "$context.requestId")
    if status in PASSING:
        headers = headers | {"Retry-After": "1"}
    return {
        "StatusCode": status,
        # A static value stands in quotes of its own.
        "ResponseParameters": {"Headers": {name: f"'{value}'" for name, value in headers.items()}},
        "ResponseTemplates": {"application/json": json.dumps(json.loads(body))},
    }
