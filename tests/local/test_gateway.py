"""What the local gateway answers of itself, and that it keeps threads apart."""

import contextvars
import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from chalice.app import AuthRequest, AuthResponse, Chalice, Request, Response

from infra.local.call_count import listen
from infra.local.gateway import CALLS_HEADER, MAX_BODY_BYTES, Gateway
from tests.local.stand_ins import a_session

JSON = {"Content-Type": "application/json"}
SLUGS = {
    401: "unauthorized",
    404: "not-found",
    405: "method-not-allowed",
    413: "content-too-large",
    500: "internal-error",
}


def problem(status: int, request_id: str) -> tuple[int, dict[str, str], str]:
    body = {"type": f"urn:ringfence:problem:{SLUGS[status]}", "status": status, "instance": request_id}
    return status, {"Content-Type": "application/problem+json"}, json.dumps(body)


def current(app: Chalice) -> Request:
    assert app.current_request is not None
    return app.current_request


def an_app() -> Chalice:
    app = Chalice("sample")

    @app.authorizer()
    def bearer(request: AuthRequest) -> AuthResponse:
        if request.token == "Bearer broken":
            raise RuntimeError("the authorizer failed")
        return AuthResponse(["*"] if request.token == "Bearer good" else [], "caller")

    @app.route("/open", methods=["GET"])
    def open_() -> dict[str, bool]:
        return {"ok": True}

    @app.route("/closed/{name}", methods=["GET", "PUT"], authorizer=bearer)
    def closed(name: str) -> dict[str, str]:
        return {"name": name, "caller": current(app).context["authorizer"]["principalId"]}

    @app.route("/echo", methods=["POST"])
    def echo() -> dict[str, Any]:
        before = current(app).json_body["value"]
        threading.Event().wait(0.002)
        after = current(app).json_body["value"]
        return {"before": before, "after": after, "request_id": app.lambda_context.aws_request_id}

    @app.route("/none", methods=["DELETE"])
    def none() -> Response:
        return Response(body="", status_code=204)

    return app


@pytest.fixture
def gateway() -> Gateway:
    return Gateway(an_app(), problem)


def test_a_route_is_answered(gateway: Gateway) -> None:
    answer = gateway.handle("GET", "/open?x=1", {})
    assert (answer.status, json.loads(answer.body)) == (200, {"ok": True})
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/nowhere", {}, 404),
        ("GET", "/nowhere", {"Authorization": "Bearer good"}, 404),
        ("GET", "/closed/x", {}, 401),
        ("GET", "/closed/x", {"Authorization": "Bearer bad"}, 401),
        ("GET", "/closed/x", {"authorization": "Bearer broken"}, 500),
        ("POST", "/open", {}, 405),
        ("OPTIONS", "/open", {}, 405),
        ("TRACE", "/open", {}, 405),
        ("HEAD", "/echo", {}, 405),
    ],
)
def test_what_the_gateway_refuses_is_a_problem(
    gateway: Gateway, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    answer = gateway.handle(method, path, headers)
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = json.loads(answer.body)
    assert body["type"] == f"urn:ringfence:problem:{SLUGS[status]}"
    assert body["instance"]
    assert answer.headers[CALLS_HEADER] == "0"


def test_a_405_names_what_is_allowed(gateway: Gateway) -> None:
    assert gateway.handle("POST", "/closed/x", {}).headers["Allow"] == "GET, HEAD, PUT"
    assert gateway.handle("GET", "/echo", {}).headers["Allow"] == "POST"


def test_a_good_token_reaches_the_view(gateway: Gateway) -> None:
    answer = gateway.handle("GET", "/closed/ada", {"Authorization": "Bearer good"})
    assert json.loads(answer.body) == {"name": "ada", "caller": "caller"}


def test_head_is_get_and_needs_the_same_token(gateway: Gateway) -> None:
    assert gateway.handle("HEAD", "/open", {}).status == 200
    assert gateway.handle("HEAD", "/closed/x", {}).status == 401


def test_a_body_over_a_megabyte_is_refused(gateway: Gateway) -> None:
    body = json.dumps({"value": "x" * MAX_BODY_BYTES}).encode()
    assert gateway.handle("POST", "/echo", JSON, body).status == 413
    fits = json.dumps({"value": "x" * (MAX_BODY_BYTES - 100)}).encode()
    assert gateway.handle("POST", "/echo", JSON, fits).status == 200


def test_no_content_has_no_body(gateway: Gateway) -> None:
    answer = gateway.handle("DELETE", "/none", {})
    assert (answer.status, answer.body) == (204, b"")


def test_a_failure_is_logged_without_body_or_query(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = gateway.handle("PUT", "/closed/x?q=secret", {"Authorization": "Bearer broken"}, b'{"code": "123456"}')
    assert answer.status == 500
    assert json.loads(answer.body)["instance"] in caplog.text
    assert "secret" not in caplog.text
    assert "123456" not in caplog.text


def test_64_threads_never_see_another_s_request(gateway: Gateway) -> None:
    def one(position: int) -> bool:
        answer = gateway.handle("POST", "/echo", JSON, b'{"value": %d}' % position)
        body = json.loads(answer.body)
        return bool(body["before"] == position and body["after"] == position)

    with ThreadPoolExecutor(64) as pool:
        assert all(pool.map(one, range(640)))


def test_each_request_has_its_own_id(gateway: Gateway) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = pool.map(lambda _: gateway.handle("POST", "/echo", JSON, b'{"value": 1}'), range(64))
        assert len({json.loads(answer.body)["request_id"] for answer in answers}) == 64


def test_aws_calls_are_counted_for_the_request_that_makes_them() -> None:
    session = a_session()
    events: Any = session.events
    listen(events)
    # Answers in AWS's place, after the counting: nothing is sent.
    events.register("before-send", lambda request, **_: AWSResponse(request.url, 200, HTTPHeaders(), _Raw()))
    client = session.client("dynamodb", endpoint_url="http://127.0.0.1:1")
    app = Chalice("calls")

    @app.route("/calls/{count}", methods=["GET"])
    def calls(count: str) -> dict[str, str]:
        contexts = [contextvars.copy_context() for _ in range(int(count))]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda context: context.run(client.list_tables), contexts))
        return {}

    gateway = Gateway(app, problem)
    client.list_tables()
    with ThreadPoolExecutor(8) as pool:
        counts = list(
            pool.map(lambda n: gateway.handle("GET", f"/calls/{n}", {}).headers[CALLS_HEADER], [0, 1, 3, 7] * 4)
        )
    assert counts == ["0", "1", "3", "7"] * 4


class _Raw:
    def stream(self) -> list[bytes]:
        return [b"{}"]
