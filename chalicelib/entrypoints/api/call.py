"""Reads one request: role, path, body and key. Nothing after this touches Chalice's shared current_request."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from chalice.app import Request
from pydantic import ValidationError

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.errors import FieldInvalid, NotFound
from chalicelib.domain.identifiers import IDEMPOTENCY_KEY, reads_as_number
from chalicelib.entrypoints.api.authorizer import from_context
from chalicelib.entrypoints.api.bodies import Body, NoBody
from chalicelib.entrypoints.api.problems import RequestMalformed

B = TypeVar("B", bound=Body)

# Paths carry opaque ids and names only; anything else is nothing that exists.
# The longest is a record's: a customer's id of 64, a dot, a purpose of 40.
CAPTURED = re.compile(r"[A-Za-z0-9_.-]{1,105}")
LARGEST_BODY_BYTES = 16_384
# Who calls where no token is asked for.
ANYBODY = Caller("", "", frozenset(), datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, repr=False)
class Call(Generic[B]):
    """One request, as a view sees it."""

    caller: Caller
    authorization: str
    body: B
    query: Mapping[str, str]
    keyed: KeyedRequest | None
    accept: str = ""

    def prefers(self, media_type: str, to: str) -> bool:
        """True if the request asks for this media type by its name, and wants it no less than the other.

        Source: RFC 9110 12.5.1.
        """
        weights = dict(_weight(each) for each in self.accept.lower().split(","))
        return weights.get(media_type, 0.0) > 0.0 and weights[media_type] >= weights.get(to, 0.0)


def read_call(
    request: Request, route: str, roles: tuple[str, ...], model: type[Body] | None, captured: Mapping[str, str]
) -> Call[Any]:
    """The request, checked.

    Args:
        route: method and path template; the scope of an Idempotency-Key.
        roles: who may call; nobody named means everybody.
        model: of the body; None if the method has none.
        captured: the path's parameters.

    Raises:
        NotAuthenticated, NotPermitted: not a caller for this route.
        NotFound: the path cannot name anything.
        RequestMalformed: the body or the key is not as it must be.
    """
    caller = ANYBODY
    if roles:
        caller = from_context(request.context["authorizer"]).acting_as(*roles)
    if not all(CAPTURED.fullmatch(value) for value in captured.values()):
        raise NotFound
    body = _body(request, model) if model else NoBody()
    query: Mapping[str, str] = request.query_params or {}
    key = request.headers.get("idempotency-key")
    keyed = None
    if key is not None and not route.startswith("GET "):
        if not IDEMPOTENCY_KEY.fullmatch(key) or reads_as_number(key):
            raise RequestMalformed("idempotency-key-invalid")
        asked = [dict(query)] if query else []
        said = json.dumps([dict(captured), body.model_dump(mode="json"), *asked], sort_keys=True)
        keyed = KeyedRequest(caller.client_id, route, key, said.encode())
    headers = request.headers
    return Call(caller, headers.get("authorization", ""), body, query, keyed, headers.get("accept", ""))


def _weight(media_range: str) -> tuple[str, float]:
    """A part of an Accept header: the range and its weight; what cannot be read weighs nothing."""
    name, *parameters = (part.strip() for part in media_range.split(";"))
    said = next((parameter[2:] for parameter in parameters if parameter.startswith("q=")), "1")
    return name, float(said) if re.fullmatch(r"[01](\.[0-9]{0,3})?", said) else 0.0


def _body(request: Request, model: type[Body]) -> Body:
    raw = request.raw_body
    raw = raw.encode() if isinstance(raw, str) else raw
    if not raw and not any(member.is_required() for member in model.model_fields.values()):
        return model()
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
