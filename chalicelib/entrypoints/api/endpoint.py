"""How a view becomes an endpoint: role, body, idempotency key, answer, problem and log line in one place."""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Generic, TypeVar

from chalice.app import Blueprint, Request, Response
from pydantic import BaseModel, ValidationError

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.errors import FieldInvalid, NotFound, RingfenceError
from chalicelib.domain.identifiers import IDEMPOTENCY_KEY, reads_as_number
from chalicelib.entrypoints.api.authorizer import authorize, from_context
from chalicelib.entrypoints.api.bodies import Body, NoBody
from chalicelib.entrypoints.api.problems import Headers, RequestMalformed, reply_to
from chalicelib.entrypoints.log import logger, places

B = TypeVar("B", bound=Body)

# Paths carry opaque ids and names only; anything else is nothing that exists.
CAPTURED = re.compile(r"[A-Za-z0-9_.-]{1,96}")
LARGEST_BODY_BYTES = 16_384
JSON: Headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
NOBODY = Caller("", "", frozenset(), None)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Call(Generic[B]):
    """One request, read once: what follows never touches Chalice's shared current_request."""

    caller: Caller
    authorization: str
    body: B
    query: Mapping[str, str]
    keyed: KeyedRequest | None


@dataclass(frozen=True)
class Endpoint:
    """What OpenAPI says of a view."""

    method: str
    path: str
    roles: tuple[str, ...]
    body: type[Body] | None
    answer: type[BaseModel] | None
    status: int
    problems: tuple[type[RingfenceError], ...]
    summary: str
    query: Mapping[str, str] = field(default_factory=dict)


ENDPOINTS: list[Endpoint] = []


def endpoint(
    bp: Blueprint,
    method: str,
    path: str,
    *,
    answer: type[BaseModel] | None,
    status: int = 200,
    roles: tuple[str, ...] = (),
    body: type[Body] | None = None,
    problems: tuple[type[RingfenceError], ...] = (),
    query: Mapping[str, str] | None = None,
) -> Callable[[Callable[..., BaseModel | None]], Callable[..., Response]]:
    """The decorated view serves this route, and OpenAPI knows it.

    Args:
        roles: who may call; nobody named means that everybody may, without a token.
        body: the model of the body; None for methods that have none.
        problems: refusals that this route adds to those every route has.
        query: query parameters, name to description.
    """

    def decorate(view: Callable[..., BaseModel | None]) -> Callable[..., Response]:
        summary = (view.__doc__ or "").strip().splitlines()[0]
        ENDPOINTS.append(Endpoint(method, path, roles, body, answer, status, problems, summary, query or {}))

        @wraps(view)
        def serve(**captured: str) -> Response:
            request: Request = bp.current_request
            started = time.perf_counter()
            # Chalice's local gateway gives the context no id of its own.
            request_id = str(request.context.get("requestId") or getattr(request.lambda_context, "aws_request_id", ""))
            problem, failure = None, None
            try:
                made = view(_read(request, method, path, roles, body, captured), **captured)
                response = Response(made.model_dump_json() if made else "", JSON if made else {}, status)
            except Exception as error:
                reply = reply_to(error, request_id)
                response = Response(reply.body, reply.headers, reply.status)
                problem, failure = reply.slug, error
            _log(request_id, f"{method} {path}", response.status_code, problem, started, failure)
            return response

        # Chalice would answer a wrong Content-Type itself, and not with a problem: `_json` does.
        authorizer = {"authorizer": authorize} if roles else {}
        bp.route(path, methods=[method], content_types=[], **authorizer)(serve)
        return serve

    return decorate


def _read(
    request: Request,
    method: str,
    path: str,
    roles: tuple[str, ...],
    model: type[Body] | None,
    captured: Mapping[str, str],
) -> Call[Any]:
    caller = NOBODY
    if roles:
        caller = from_context(request.context["authorizer"])
        caller.require(*roles)
    if not all(CAPTURED.fullmatch(value) for value in captured.values()):
        raise NotFound
    body = _body(request, model) if model else None
    keyed = None
    key = request.headers.get("idempotency-key")
    if key is not None and method != "GET":
        if not IDEMPOTENCY_KEY.fullmatch(key) or reads_as_number(key):
            raise RequestMalformed("idempotency-key-invalid")
        said = json.dumps([dict(captured), body.model_dump(mode="json") if body else None], sort_keys=True)
        keyed = KeyedRequest(caller.client_id, f"{method} {path}", key, said.encode())
    return Call(caller, request.headers.get("authorization", ""), body, request.query_params or {}, keyed)


def _body(request: Request, model: type[Body]) -> Body:
    raw = request.raw_body
    raw = raw.encode() if isinstance(raw, str) else raw
    if not raw and model is NoBody:
        return NoBody()
    if len(raw) > LARGEST_BODY_BYTES:
        raise RequestMalformed("content-too-large")
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise RequestMalformed("unsupported-media-type")
    try:
        return model.model_validate(_json(raw))
    except ValidationError as invalid:
        details = invalid.errors(include_input=False, include_url=False, include_context=False)
        # A member's own name may be a value too (a number as a key), so unknown names are not repeated.
        raise RequestMalformed(
            "invalid-request",
            tuple(FieldInvalid(_pointer(detail["loc"], model), _reason(detail)) for detail in details),
        ) from None


def _json(raw: bytes) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            raise ValueError
        return members

    def not_a_number(_: str) -> None:
        raise ValueError

    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=unique, parse_constant=not_a_number)
    except (ValueError, RecursionError):
        raise RequestMalformed("malformed-json") from None
    if not isinstance(value, dict):
        raise RequestMalformed("malformed-json")
    return value


def _pointer(location: tuple[int | str, ...], model: type[Body]) -> str:
    known = _names(model)
    steps = [str(step) for step in location if isinstance(step, int) or step in known]
    return "/" + "/".join(steps) if steps else ""


def _names(model: type[Body]) -> set[str]:
    names: set[str] = set()
    for name, info in model.model_fields.items():
        names.add(name)
        for inner in (info.annotation, *getattr(info.annotation, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, Body):
                names |= _names(inner)
    return names


def _reason(detail: Any) -> str:
    if detail["type"] == "extra_forbidden":
        return "has a member that is not known here"
    return str(detail["msg"]).removeprefix("Value error, ")


def _log(
    request_id: str, route: str, status: int, problem: str | None, started: float, failure: Exception | None
) -> None:
    line = {
        "request_id": request_id,
        "route": route,
        "status": status,
        "problem": problem,
        "duration_ms": round((time.perf_counter() - started) * 1000, 1),
    }
    if status >= 500 and failure is not None:
        logger().error("failed", extra={**line, "error": type(failure).__name__, "places": places(failure)})
    else:
        logger().info("served", extra=line)
