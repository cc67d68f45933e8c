"""The description is valid and complete. That it is true is checked on every answer: world.Api.call."""

import re

import pytest
from jsonschema import ValidationError  # type: ignore[import-untyped]
from openapi_spec_validator import OpenAPIV31SpecValidator

import app as application
from chalicelib.domain.errors import RingfenceError
from chalicelib.entrypoints.api.endpoint import ENDPOINTS, Endpoint
from chalicelib.entrypoints.api.problems import EDGE, PROBLEMS
from tests.api.conformance import ROUTES, description, require_described, require_valid_request

# What every gateway answers before any route does.
GATEWAY_ONLY = {"bad-request", "method-not-allowed", "length-required"}


def announced(method: str, route: str) -> set[str]:
    responses = description()["paths"][route][method.lower()]["responses"]
    return set(re.findall(r"urn:ringfence:problem:([a-z-]+)", " ".join(it["description"] for it in responses.values())))


def test_it_is_valid_openapi_3_1() -> None:
    assert list(OpenAPIV31SpecValidator(description()).iter_errors()) == []


def test_it_has_every_route_and_no_other() -> None:
    described = sorted((method.upper(), path) for path, methods in description()["paths"].items() for method in methods)
    assert described == ROUTES


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for methods in description()["paths"].values() for operation in methods.values()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda it: f"{it.method} {it.path}")
def test_every_problem_of_an_endpoint_is_announced(endpoint: Endpoint) -> None:
    expected = {PROBLEMS[kind].slug for kind in endpoint.problems} | {"internal-error"}
    if endpoint.roles:
        expected |= {"unauthorized", "forbidden", "unavailable"}
    if endpoint.body is not None:
        expected |= {"malformed-json", "content-too-large", "unsupported-media-type", "invalid-request"}
    if endpoint.method != "GET":
        expected |= {"idempotency-key-invalid", "idempotency-key-reused", "contended"}
    if "{" in endpoint.path:
        expected |= {"not-found"}
    assert announced(endpoint.method, endpoint.path) == expected


def test_every_problem_is_some_route_s() -> None:
    known = {problem.slug for problem in (*PROBLEMS.values(), *EDGE.values())} - GATEWAY_ONLY
    assert set().union(*(announced(*route) for route in ROUTES)) == known


def test_every_refusal_has_a_problem_of_its_own() -> None:
    def kinds(kind: type[RingfenceError]) -> set[type[RingfenceError]]:
        return {kind}.union(*(kinds(sub) for sub in kind.__subclasses__()))

    # Conflict is how a store says Contended, the SMS errors how a carrier tells the sender; the last two are nobody's
    # request's fault. Only the page tells a closed account from no session.
    unmapped = {kind.__name__ for kind in kinds(RingfenceError)} - {kind.__name__ for kind in PROBLEMS}
    assert unmapped == {
        *("RingfenceError", "Refused", "Conflict", "SmsRefused", "SmsThrottled"),
        *("AccountClosed", "PolicyInvalid", "LedgerDamaged"),
    }


def test_slugs_are_unique() -> None:
    slugs = [problem.slug for problem in {*PROBLEMS.values(), *EDGE.values()}]
    assert len(slugs) == len(set(slugs))


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_closed_routes_name_the_token_and_open_ones_do_not(method: str, route: str) -> None:
    operation = description()["paths"][route][method.lower()]
    closed = application.app.routes[route][method].authorizer is not None
    assert operation["security"] == ([{"token": []}] if closed else [])
    assert ("x-ringfence-roles" in operation) == closed


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_path_parameters_are_described(method: str, route: str) -> None:
    parameters = description()["paths"][route][method.lower()]["parameters"]
    named = [it["name"] for it in parameters if it["in"] == "path"]
    assert named == re.findall(r"{([a-z_]+)}", route)
    assert any(it["name"] == "Idempotency-Key" for it in parameters) == (method != "GET")


def test_request_bodies_refuse_unknown_members() -> None:
    schemas = description()["components"]["schemas"]
    bodies = {name: schema for name, schema in schemas.items() if name.endswith("Body")}
    assert bodies
    assert all(schema["additionalProperties"] is False for schema in bodies.values())


def test_the_check_itself_can_fail() -> None:
    good = '{"status": "ok"}'
    require_described("GET", "/healthz", 200, "application/json", good)
    with pytest.raises(ValidationError):
        require_described("GET", "/healthz", 200, "application/json", "{}")
    with pytest.raises(AssertionError):
        require_described("GET", "/healthz", 418, "application/json", good)
    with pytest.raises(AssertionError):
        require_described("GET", "/healthz", 200, "text/plain", good)
    with pytest.raises(ValidationError):
        require_valid_request("POST", "/v1/customers", {"verification_id": "vrf_1"})
