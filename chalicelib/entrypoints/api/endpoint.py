"""How a view becomes an endpoint: its route, its OpenAPI entry, its problems and its log line in one place."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from chalice.app import Blueprint, Request, Response

from chalicelib.domain.errors import RingfenceError
from chalicelib.entrypoints.api.answers import as_json
from chalicelib.entrypoints.api.authorizer import authorize
from chalicelib.entrypoints.api.bodies import Body
from chalicelib.entrypoints.api.call import read_call
from chalicelib.entrypoints.api.problems import Headers, reply_to
from chalicelib.entrypoints.log import served

NO_STORE: Headers = {"Cache-Control": "no-store"}
ACCEPTED = 202
JSON: Headers = {"Content-Type": "application/json", **NO_STORE}


@dataclass(frozen=True)
class Rendered:
    """An answer whose octets the view has made itself."""

    media_type: str
    text: str


@dataclass(frozen=True)
class Waiting:
    """An answer that says how things stand while what was asked for is not done: 202."""

    answer: Mapping[str, object]


@dataclass(frozen=True)
class Endpoint:
    """What OpenAPI says of a view."""

    method: str
    path: str
    roles: tuple[str, ...]
    body: type[Body] | None
    answer: type[Any] | None
    status: int
    problems: tuple[type[RingfenceError], ...]
    summary: str
    query: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    may_wait: bool = False


Made = Mapping[str, object] | Rendered | Waiting | None
ENDPOINTS: list[Endpoint] = []


def endpoint(
    bp: Blueprint,
    method: str,
    path: str,
    *,
    answer: type[Any] | None,
    status: int = 200,
    roles: tuple[str, ...] = (),
    body: type[Body] | None = None,
    problems: tuple[type[RingfenceError], ...] = (),
    query: Mapping[str, str] | None = None,
    also: tuple[str, ...] = (),
    may_wait: bool = False,
) -> Callable[[Callable[..., Made]], Callable[..., Response]]:
    """The decorated view serves this route, and OpenAPI knows it.

    Args:
        roles: who may call; nobody named means that everybody may, without a token.
        body: the model of the body; None for methods that have none.
        problems: refusals that this route adds to those every route has.
        query: query parameters, name to description.
        also: media types, beside JSON, in which the view may render its answer.
        may_wait: True if the view may give its answer as `Waiting`.
    """

    def decorate(view: Callable[..., Made]) -> Callable[..., Response]:
        route = f"{method} {path}"
        summary = (view.__doc__ or "").strip().splitlines()[0]
        ENDPOINTS.append(
            Endpoint(method, path, roles, body, answer, status, problems, summary, query or {}, also, may_wait)
        )

        @wraps(view)
        def serve(**captured: str) -> Response:
            request: Request = bp.current_request
            started = time.perf_counter()
            # Chalice's local gateway gives the context no id of its own.
            request_id = str(request.context.get("requestId") or getattr(request.lambda_context, "aws_request_id", ""))
            problem, failure = None, None
            try:
                made = view(read_call(request, route, roles, body, captured), **captured)
                response = _response(made, status)
            except Exception as error:
                reply = reply_to(error, request_id)
                response = Response(reply.body, reply.headers, reply.status)
                problem, failure = reply.slug, error
            served(request_id, route, response.status_code, problem, started, failure)
            return response

        # Chalice would answer a wrong Content-Type itself, and not with a problem: `read_call` does.
        authorizer = {"authorizer": authorize} if roles else {}
        bp.route(path, methods=[method], content_types=[], **authorizer)(serve)
        return serve

    return decorate


def _response(made: Made, status: int) -> Response:
    if isinstance(made, Waiting):
        made, status = made.answer, ACCEPTED
    if isinstance(made, Rendered):
        return Response(made.text, {"Content-Type": made.media_type, **NO_STORE}, status)
    return Response(as_json(made) if made else "", JSON if made else NO_STORE, status)
