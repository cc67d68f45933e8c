"""Holds every answer to what OpenAPI says of its route."""

import json
import re
from functools import cache
from typing import Any

from chalice.local import RouteMatcher
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

import app as application
from chalicelib.entrypoints.api.answers import OpenApiAnswer
from chalicelib.entrypoints.api.meta import API_VERSION
from chalicelib.entrypoints.api.openapi import openapi

# The pages of the preference centre are for people, and no part of the contract.
ROUTES = sorted(
    (method, route)
    for route, methods in application.app.routes.items()
    for method in methods
    if not route.startswith("/preferences")
)
PROBLEM_JSON = "application/problem+json"
PROBLEM_MEMBERS = {"type", "title", "status", "detail", "instance"}
# Members that a problem may have beside those of RFC 9457.
TYPED_MEMBERS = {
    "invalid-request": {"errors"},
    "phone-number-invalid": {"errors"},
    "phone-number-refused": {"errors"},
    "code-incorrect": {"attempts_remaining"},
    "resend-too-soon": {"resend_at"},
    "approval-required": {"approval_id", "expires_at"},
    "person-paused": {"paused_until"},
    "hold-active": {"holds"},
}
# DESIGN 5: RFC 3339 in UTC, with Z.
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
INSTANT_NAMES = re.compile(r".*_at|event_time")


@cache
def description() -> OpenApiAnswer:
    """The OpenAPI document of this process."""
    return openapi(API_VERSION)


@cache
def _matcher() -> RouteMatcher:
    return RouteMatcher(list(application.app.routes))


def route_of(path: str) -> str:
    """The template that a path belongs to."""
    return str(_matcher().match_route(path).route)


def require_described(method: str, path: str, status: int, media_type: str, text: str) -> None:
    """The answer is one that OpenAPI announces for the route: status, media type, schema and problem type."""
    described = description()["paths"][route_of(path)][method.lower()]["responses"]
    assert str(status) in described, f"{method} {route_of(path)} answers {status}, which OpenAPI does not know"
    response = described[str(status)]
    if "content" not in response:
        assert text == ""
        return
    assert media_type in response["content"]
    body: Any = json.loads(text) if media_type.endswith("json") else text
    require_valid(body, response["content"][media_type]["schema"])
    require_instants(body)
    if media_type == PROBLEM_JSON:
        assert body["status"] == status
        assert body["type"] in response["description"].split("; "), (
            f"{body['type']} is not announced for {method} {path}"
        )
        slug = body["type"].rpartition(":")[2]
        assert set(body) == PROBLEM_MEMBERS | TYPED_MEMBERS.get(slug, set())


def require_valid_request(method: str, path: str, body: Any) -> None:
    """A body that was accepted is one that OpenAPI says is acceptable."""
    described = description()["paths"][route_of(path)][method.lower()]
    require_valid(body, described["requestBody"]["content"]["application/json"]["schema"])


def require_valid(value: Any, schema: dict[str, Any]) -> None:
    """The value has the schema."""
    whole = {**schema, "components": description()["components"]}
    Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(value)


def require_instants(value: Any) -> None:
    """Every instant in the answer is RFC 3339 in UTC and ends in Z."""
    if isinstance(value, list):
        for item in value:
            require_instants(item)
    if isinstance(value, dict):
        for name, member in value.items():
            if name == "@context":
                # JSON-LD: what the names mean.
                continue
            if INSTANT_NAMES.fullmatch(name) and isinstance(member, str | int):
                assert INSTANT.fullmatch(str(member)), f"{name} is no instant"
            require_instants(member)
