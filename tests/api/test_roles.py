"""Who may call what, from one table."""

from typing import Any

import pytest

import app as application
from tests.api.conformance import ROUTES
from tests.api.world import CUSTOMER_ID, OFFICER, STAFF, WALLET, Api, customer
from tests.fakes import bearer, caller

PUBLIC: set[str] = set()
# DESIGN 5, and what was added to it. An empty set means everybody, without a token.
ROLES = {
    ("POST", "/v1/verifications"): {"wallet"},
    ("POST", "/v1/verifications/{verification_id}/resend"): {"wallet"},
    ("POST", "/v1/verifications/{verification_id}/check"): {"wallet"},
    ("GET", "/v1/verifications/{verification_id}"): {"wallet"},
    ("DELETE", "/v1/verifications/{verification_id}"): {"wallet"},
    ("POST", "/v1/customers"): {"wallet"},
    ("GET", "/v1/customers/{customer_id}"): {"wallet", "customer", "staff"},
    ("PUT", "/v1/customers/{customer_id}/phone-number"): {"wallet", "customer"},
    ("DELETE", "/v1/customers/{customer_id}/phone-number"): {"wallet", "customer"},
    ("POST", "/v1/customers/{customer_id}/closure"): {"wallet", "customer"},
    ("DELETE", "/v1/customers/{customer_id}"): {"customer", "officer"},
    ("GET", "/v1/customers/{customer_id}/erasure-certificate"): {"customer", "officer"},
    ("POST", "/v1/customers/{customer_id}/holds"): {"officer"},
    ("GET", "/v1/customers/{customer_id}/holds"): {"officer"},
    ("PUT", "/v1/customers/{customer_id}/holds/{hold_id}"): {"officer"},
    ("DELETE", "/v1/customers/{customer_id}/holds/{hold_id}"): {"officer"},
    ("GET", "/v1/customers/{customer_id}/export"): {"customer", "officer"},
    ("POST", "/v1/customers/{customer_id}/export-links"): {"customer", "officer"},
    ("GET", "/v1/customers/{customer_id}/access-log"): {"customer", "officer"},
    ("POST", "/v1/customers/{customer_id}/preference-links"): {"customer"},
    ("POST", "/v1/customers/{customer_id}/rights-requests"): {"wallet", "customer", "officer"},
    ("GET", "/v1/rights-requests"): {"officer"},
    ("GET", "/v1/rights-requests/{request_id}"): {"customer", "officer"},
    ("POST", "/v1/rights-requests/{request_id}/extension"): {"officer"},
    ("POST", "/v1/rights-requests/{request_id}/answer"): {"officer"},
    ("POST", "/v1/rights-requests/{request_id}/refusal"): {"officer"},
    ("GET", "/v1/reverifications"): {"wallet"},
    ("POST", "/v1/customers/{customer_id}/activity"): {"wallet"},
    ("GET", "/v1/purposes"): PUBLIC,
    ("GET", "/v1/notices/{purpose}/{version}"): PUBLIC,
    ("PUT", "/v1/customers/{customer_id}/consents/{purpose}"): {"wallet", "customer", "officer"},
    ("GET", "/v1/customers/{customer_id}/prompts"): {"wallet", "customer"},
    ("PUT", "/v1/customers/{customer_id}/age"): {"wallet"},
    ("GET", "/v1/customers/{customer_id}/consents"): {"wallet", "customer", "officer"},
    ("GET", "/v1/customers/{customer_id}/consents/{purpose}/history"): {"wallet", "customer", "officer"},
    ("GET", "/v1/consent-records/{record_id}/receipt"): {"wallet", "customer", "officer"},
    ("POST", "/v1/contact-decisions"): {"staff", "wallet"},
    ("POST", "/v1/contact-decisions/batch"): {"staff", "wallet"},
    ("PUT", "/v1/customers/{customer_id}/time-zone"): {"wallet", "customer"},
    ("PUT", "/v1/customers/{customer_id}/locale"): {"wallet", "customer"},
    ("POST", "/v1/messages"): {"staff", "wallet"},
    ("GET", "/v1/messages/{message_id}"): {"staff", "wallet"},
    ("POST", "/v1/reveals"): {"staff"},
    ("POST", "/v1/reveal-approvals/{approval_id}"): {"staff"},
    ("GET", "/v1/accesses"): {"officer"},
    ("GET", "/v1/purge-runs"): {"officer"},
    ("GET", "/v1/purge-runs/{run_id}"): {"officer"},
    ("GET", "/v1/purge-preview"): {"officer"},
    ("GET", "/openapi.json"): PUBLIC,
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/.well-known/jwks.json"): PUBLIC,
}
TOKENS = {"wallet": WALLET, "customer": customer(), "staff": STAFF, "officer": OFFICER}
CLOSED = [(method, route) for method, route in ROUTES if ROLES.get((method, route))]


def path_of(route: str) -> str:
    return route.format(
        verification_id=f"vrf_{'0' * 32}",
        customer_id=CUSTOMER_ID,
        purpose="marketing",
        version="1",
        run_id="run_nothing",
        hold_id=f"hold_{'0' * 32}",
        approval_id=f"apr_{'0' * 48}",
        message_id=f"msg_{'0' * 32}",
        record_id=f"{CUSTOMER_ID}.marketing",
        request_id=f"rr_{'0' * 32}",
    )


def body_of(method: str) -> Any:
    return {} if method in ("POST", "PUT") else None


def test_every_route_that_is_served_is_one_of_the_design() -> None:
    assert set(ROUTES) <= set(ROLES)


def test_authorizers_stand_before_closed_routes_and_only_there() -> None:
    guarded = {
        (method, route)
        for route, methods in application.app.routes.items()
        for method, entry in methods.items()
        if entry.authorizer is not None
    }
    assert guarded == set(CLOSED)


@pytest.mark.parametrize(("method", "route"), CLOSED)
@pytest.mark.parametrize("role", TOKENS)
def test_a_role_is_let_in_or_refused(api: Api, method: str, route: str, role: str) -> None:
    reply = api.call(method, path_of(route), TOKENS[role], body_of(method))
    if role in ROLES[method, route]:
        assert reply.problem not in ("forbidden", "unauthorized")
    else:
        assert (reply.status, reply.problem) == (403, "forbidden")


@pytest.mark.parametrize(("method", "route"), CLOSED)
def test_a_refused_role_learns_nothing_of_what_exists(api: Api, customer_id: str, method: str, route: str) -> None:
    refused = next((TOKENS[role] for role in TOKENS if role not in ROLES[method, route]), None)
    assert refused is not None
    known = api.call(method, path_of(route), refused, body_of(method)).body
    unknown = api.call(method, path_of(route).replace(CUSTOMER_ID, "customer-nine"), refused, body_of(method)).body
    assert {**known, "instance": ""} == {**unknown, "instance": ""}


def test_one_of_several_roles_is_enough(api: Api) -> None:
    both = bearer(caller("officer staff", "privacy-office", "officer-one"))
    assert api.call("GET", "/v1/purge-runs", both).status == 200


def test_a_customer_who_is_also_staff_reaches_others(api: Api, customer_id: str) -> None:
    both = bearer(caller("customer staff", "call-centre", "customer-two"))
    assert api.call("GET", f"/v1/customers/{customer_id}", both).status == 200
