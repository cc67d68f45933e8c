"""What API Gateway answers in the application's place, as the local gateway does it."""

import pytest

import app as application
from tests.api.conformance import PROBLEM_JSON, PROBLEM_MEMBERS, ROUTES, description
from tests.api.world import MASKED, NUMBER, OFFICER, WALLET, Api, Reply

TEMPLATES = {
    "verification_id": f"vrf_{'0' * 32}",
    "customer_id": "customer-one",
    "purpose": "marketing",
    "version": "1",
    "run_id": "run_nothing",
    "hold_id": f"hold_{'0' * 32}",
    "record_id": "customer-one.marketing",
    "request_id": f"rr_{'0' * 32}",
    "name": "page.css",
    "message_id": f"msg_{'0' * 32}",
    "approval_id": f"apr_{'0' * 32}",
}
# The contract's public routes, by hand: read from the application, an authorizer that is gone would be missed by none.
PUBLIC = {"/healthz", "/openapi.json", "/.well-known/jwks.json", "/v1/purposes", "/v1/notices/{purpose}/{version}"}
CLOSED = [(method, route) for method, route in ROUTES if route not in PUBLIC]


def require_problem(reply: Reply, status: int, slug: str) -> None:
    assert (reply.status, reply.headers["content-type"], reply.problem) == (status, PROBLEM_JSON, slug)
    assert set(reply.body) == PROBLEM_MEMBERS
    assert reply.body["status"] == status
    assert reply.body["instance"]
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/nowhere", "/v1", "/v1/customers/", "/v1/verifications/a/b/c", "/v2/customers"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_an_unknown_route_is_404(api: Api, method: str, path: str) -> None:
    reply = api.through_gateway(method, path, {"Authorization": WALLET})
    if path == "/v1/customers/" and method == "POST":
        # A trailing slash is the route itself to Chalice's matcher.
        assert reply.problem in ("not-found", "unsupported-media-type")
        return
    assert reply.status in (404, 405)
    require_problem(reply, reply.status, "not-found" if reply.status == 404 else "method-not-allowed")


@pytest.mark.parametrize("route", sorted(application.app.routes))
def test_an_unknown_method_is_405(api: Api, route: str) -> None:
    for method in ("PATCH", "OPTIONS", "TRACE"):
        reply = api.through_gateway(method, route.format(**TEMPLATES), {"Authorization": WALLET})
        require_problem(reply, 405, "method-not-allowed")
        allowed = set(reply.headers["allow"].split(", ")) - {"HEAD"}
        assert allowed == set(application.app.routes[route])


@pytest.mark.parametrize(("method", "route"), CLOSED)
def test_every_closed_route_needs_a_token(api: Api, method: str, route: str) -> None:
    path = route.format(**TEMPLATES)
    for headers in ({}, {"Authorization": "Bearer nobody"}):
        reply = api.through_gateway(method, path, headers)
        require_problem(reply, 401, "unauthorized")
        assert reply.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "route"), CLOSED)
def test_a_401_is_described(method: str, route: str) -> None:
    responses = description()["paths"][route][method.lower()]["responses"]
    assert "urn:ringfence:problem:unauthorized" in responses["401"]["description"]


def test_the_gateway_and_the_test_client_tell_the_same(api: Api) -> None:
    direct = api.call("GET", "/v1/purge-runs", OFFICER)
    through = api.through_gateway("GET", "/v1/purge-runs", {"Authorization": OFFICER})
    assert (direct.status, direct.body) == (through.status, through.body)


def test_a_start_through_the_gateway(api: Api) -> None:
    body = f'{{"purpose": "signup", "phone_number": "{NUMBER}"}}'.encode()
    reply = api.through_gateway(
        "POST", "/v1/verifications", {"authorization": WALLET, "content-type": "application/json"}, body
    )
    assert (reply.status, reply.body["phone_number_masked"]) == (201, MASKED)
