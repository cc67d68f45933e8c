"""One log line for each request, and what every answer carries."""

import json
import uuid

import pytest

from tests.api.conformance import PROBLEM_JSON
from tests.api.world import CUSTOMER_ID, MASKED, NUMBER, STAFF, WALLET, Api

FIELDS = {
    "level",
    "location",
    "message",
    "timestamp",
    "service",
    "name",
    "request_id",
    "route",
    "status",
    "problem",
    "duration_ms",
}


@pytest.mark.parametrize(
    ("method", "path", "body", "route", "status", "problem"),
    [
        ("GET", "/healthz", None, "GET /healthz", 200, None),
        (
            "POST",
            "/v1/verifications",
            {"purpose": "signup", "phone_number": NUMBER},
            "POST /v1/verifications",
            201,
            None,
        ),
        ("GET", "/v1/customers/13800138000", None, "GET /v1/customers/{customer_id}", 404, "not-found"),
        ("GET", "/v1/purge-runs", None, "GET /v1/purge-runs", 403, "forbidden"),
        ("POST", "/v1/customers", {}, "POST /v1/customers", 422, "invalid-request"),
        ("POST", "/v1/customers", b"[", "POST /v1/customers", 400, "malformed-json"),
        (
            "PUT",
            f"/v1/customers/{CUSTOMER_ID}/consents/8613800138000",
            {},
            "PUT /v1/customers/{customer_id}/consents/{purpose}",
            422,
            "invalid-request",
        ),
    ],
)
def test_each_request_is_one_line(
    api: Api, method: str, path: str, body: object, route: str, status: int, problem: str | None
) -> None:
    reply = api.call(method, path, WALLET, body, headers={"X-Note": NUMBER})
    [line] = api.log_lines
    assert set(line) <= FIELDS
    assert (line["route"], line["status"], line.get("problem")) == (route, status, problem)
    assert uuid.UUID(line["request_id"])
    if problem:
        assert reply.body["instance"] == line["request_id"]
    assert line["level"] == "INFO"
    assert NUMBER[3:] not in api.log.getvalue()
    assert MASKED not in api.log.getvalue()


def test_each_request_has_its_own_id(api: Api) -> None:
    for _ in range(5):
        api.call("GET", "/healthz", None)
    assert len({line["request_id"] for line in api.log_lines}) == 5


def test_neither_codes_nor_tokens_nor_ids_are_logged(api: Api, customer_id: str) -> None:
    token = api.permitted("call")
    api.reveal(token)
    written = api.log.getvalue()
    assert token not in written
    assert customer_id not in written
    assert "call-centre/" not in written
    assert "vrf_" not in written


ANSWERS = [
    ("GET", "/healthz", None, None, 200),
    ("GET", "/openapi.json", None, None, 200),
    ("GET", "/v1/purposes", None, None, 200),
    ("GET", "/v1/notices/marketing/1", None, None, 200),
    ("GET", "/v1/notices/marketing/9", None, None, 404),
    ("POST", "/v1/verifications", WALLET, {"purpose": "signup", "phone_number": NUMBER}, 201),
    ("GET", "/v1/verifications/$verification", WALLET, None, 200),
    ("DELETE", "/v1/verifications/$verification", WALLET, None, 204),
    ("POST", "/v1/verifications/$verification/resend", WALLET, None, 429),
    ("GET", "/v1/customers/$customer", STAFF, None, 200),
    ("POST", "/v1/customers", STAFF, None, 403),
    ("POST", "/v1/customers", WALLET, {}, 422),
    ("POST", "/v1/customers/$customer/closure", WALLET, None, 202),
]


@pytest.mark.parametrize(("method", "path", "token", "body", "status"), ANSWERS)
def test_no_answer_may_be_stored(
    api: Api, customer_id: str, method: str, path: str, token: str | None, body: object, status: int
) -> None:
    path = path.replace("$verification", api.started()).replace("$customer", customer_id)
    reply = api.call(method, path, token, body)
    assert reply.status == status
    assert reply.headers.get("cache-control") == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("PATCH", "/healthz", 405), ("GET", "/v1/purge-runs", 401)],
)
def test_no_answer_of_the_gateway_may_be_stored(api: Api, method: str, path: str, status: int) -> None:
    reply = api.through_gateway(method, path)
    assert reply.status == status
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["content-type"] == PROBLEM_JSON
    assert json.loads(reply.text)["status"] == status
