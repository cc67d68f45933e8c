"""What API Gateway does in front of the application: routing, authorization, and the errors of its own."""

import base64
import logging
import uuid
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from wsgiref.headers import Headers

from chalice.app import Chalice
from chalice.local import (
    ForbiddenError,
    LambdaContext,
    LambdaEventConverter,
    LocalGatewayAuthorizer,
    NotAuthorizedError,
    RouteMatcher,
)

from infra.local.call_count import counting
from infra.local.per_thread import keep_request_per_thread

CALLS_HEADER = "Ringfence-Aws-Calls"
MAX_BODY_BYTES = 1_000_000
# API Gateway gives up on an integration after this long.
TIMEOUT_MS = 29_000
MEMORY_MB = 1024

GatewayProblem = Callable[[int, str], tuple[int, dict[str, str], str]]

_log = logging.getLogger("ringfence.local.gateway")


class Answer(NamedTuple):
    """An HTTP response; `body` is what a GET would carry, also for HEAD."""

    status: int
    headers: Headers
    body: bytes


class Gateway:
    """Answers requests from any number of threads. Needs no socket, so tests call it directly."""

    def __init__(self, app: Chalice, problem: GatewayProblem) -> None:
        keep_request_per_thread(app)
        self._app = app
        self._problem = problem
        self._routes = RouteMatcher(list(app.routes))
        self._events = LambdaEventConverter(self._routes, app.api.binary_types)
        self._authorizer = LocalGatewayAuthorizer(app)

    def handle(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"", *, source_ip: str = "127.0.0.1"
    ) -> Answer:
        """The request is answered, and the answer says in `Ringfence-Aws-Calls` how many AWS calls it took.

        Args:
            path: as in the request line, with its query.
            headers: names in any case.
        """
        request_id = str(uuid.uuid4())
        with counting() as count:
            try:
                answer = self._answer(method, path, headers, body, source_ip, request_id)
            except Exception:
                # Neither the body nor the query is logged: either may hold a number or a code.
                _log.exception("%s %s failed, request %s", method, urlsplit(path).path, request_id)
                answer = self.problem(500, request_id)
        answer.headers[CALLS_HEADER] = str(count.calls)
        return answer

    def problem(self, status: int, request_id: str | None = None, **headers: str) -> Answer:
        """The problem+json answer that the gateway gives of itself."""
        given, more, text = self._problem(status, request_id or str(uuid.uuid4()))
        return Answer(given, Headers(list({**more, **headers}.items())), text.encode())

    def _answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, source_ip: str, request_id: str
    ) -> Answer:
        if len(body) > MAX_BODY_BYTES:
            return self.problem(413, request_id)
        try:
            route = self._routes.match_route(path).route
        except ValueError:
            return self.problem(404, request_id)
        methods = set(self._app.routes[route])
        served_as = "GET" if method == "HEAD" and "HEAD" not in methods else method
        if served_as not in methods:
            allowed = methods | ({"HEAD"} if "GET" in methods else set())
            return self.problem(405, request_id, Allow=", ".join(sorted(allowed)))
        return self._invoke(served_as, path, headers, body, source_ip, request_id)

    def _invoke(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, source_ip: str, request_id: str
    ) -> Answer:
        context = LambdaContext("ringfence-local-api", MEMORY_MB, TIMEOUT_MS)
        context.aws_request_id = request_id
        event = self._events.create_lambda_event(method, path, dict(headers), body or None)
        event["requestContext"]["requestId"] = request_id
        event["requestContext"]["identity"]["sourceIp"] = source_ip
        try:
            event, context = self._authorizer.authorize(path, event, context)
        except (NotAuthorizedError, ForbiddenError):
            # A deny policy means a token that is no good: what a role may do is for the views to say.
            return self.problem(401, request_id)
        return _as_answer(self._app(event, context))


def _as_answer(response: Mapping[str, Any]) -> Answer:
    headers = Headers()
    for name, value in response["headers"].items():
        headers.add_header(name, str(value))
    for name, values in response["multiValueHeaders"].items():
        for value in values:
            headers.add_header(name, str(value))
    body = response["body"]
    if response.get("isBase64Encoded"):
        return Answer(response["statusCode"], headers, base64.b64decode(body))
    if body is not None and "Content-Type" not in headers:
        headers["Content-Type"] = "application/json"
    return Answer(response["statusCode"], headers, (body or "").encode())
