"""The desk acts as the wallet, so it answers its own page only and never gives a token away."""

import http.client
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from infra.local.desk import STATIC, Desk, serve_desk
from infra.local.engine import free_port
from infra.local.http_server import LocalHandler, LocalServer
from infra.local.inbox import Inbox
from infra.local.places import Ports
from infra.local.tokens import open_issuer
from tests.local.stand_ins import a_session


class _Recorder(LocalHandler):
    """Stands where the API would, and tells what it was asked."""

    def answer(self) -> None:
        body = self.rfile.read(self.body_length() or 0)
        seen = {"method": self.command, "path": self.path, "headers": dict(self.headers), "body": body.decode()}
        headers = [("Content-Type", "application/json"), ("Ringfence-Aws-Calls", "4"), ("Set-Cookie", "a=b")]
        self.send(201, headers, json.dumps(seen).encode())


class Page:
    """What a browser's page does against the desk."""

    def __init__(self, port: int, heard: list[tuple[str, str]]) -> None:
        self.port = port
        self.heard = heard

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        found = (answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        connection.close()
        return found


@pytest.fixture
def page(tmp_path: Path, engine_url: str) -> Iterator[Page]:
    api = LocalServer(0, _Recorder)
    api.start()
    desk_port = free_port()
    heard: list[tuple[str, str]] = []

    def hear(number: str, text: str) -> None:
        if text == "fail":
            raise RuntimeError(number)
        heard.append((number, text))

    ports, phone = Ports(api=api.port, desk=desk_port), Inbox(engine_url, tmp_path / "times.json")
    server = serve_desk(Desk(ports, open_issuer(tmp_path), phone, hear), desk_port)
    yield Page(desk_port, heard)
    server.stop()
    api.stop()


def test_what_the_phone_replies_is_heard(page: Page, caplog: pytest.LogCaptureFixture) -> None:
    def reply(body: str) -> int:
        return page.ask("POST", "/replies", body, Content_Type="application/json")[0]

    assert reply('{"from": "+447400123456", "text": "STOP"}') == 202
    assert page.heard == [("+447400123456", "STOP")]
    assert [reply(body) for body in ("", "7", "[]", '{"text": "STOP"}')] == [400] * 4
    assert reply('{"from": "+447400123456", "text": "fail"}') == 502
    assert "447400123456" not in caplog.text
    assert page.ask("POST", "/replies", '{"from": "1", "text": "2"}', Content_Type="text/plain")[0] == 415
    assert len(page.heard) == 1


def test_a_call_is_relayed_in_the_role_that_the_page_names(page: Page) -> None:
    status, headers, body = page.ask(
        "POST", "/api/staff/v1/contact-decisions", '{"a": 1}', Content_Type="application/json", Idempotency_Key="k" * 16
    )
    seen = json.loads(body)
    assert (status, headers["ringfence-aws-calls"]) == (201, "4")
    assert (seen["method"], seen["path"], seen["body"]) == ("POST", "/v1/contact-decisions", '{"a": 1}')
    assert seen["headers"]["Idempotency-Key"] == "k" * 16
    token = seen["headers"]["Authorization"].removeprefix("Bearer ")
    assert jwt.decode(token, options={"verify_signature": False})["roles"] == ["staff"]


def test_as_a_customer_the_page_gets_a_link_and_nothing_else(page: Page) -> None:
    path = "/v1/customers/customer-one/preference-links"
    _, _, body = page.ask("POST", f"/api/customer{path}", "{}", Content_Type="application/json")
    seen = json.loads(body)
    claims = jwt.decode(seen["headers"]["Authorization"].removeprefix("Bearer "), options={"verify_signature": False})
    assert (seen["path"], claims["roles"], claims["sub"]) == (path, ["customer"], "customer-one")
    for other in ("/v1/customers/customer-one", "/v1/customers/customer-one/export", f"{path}/x"):
        assert page.ask("GET", f"/api/customer{other}")[0] == 404


def test_a_public_call_carries_no_token(page: Page) -> None:
    _, _, body = page.ask("GET", "/api/public/v1/purposes?locale=zh-CN")
    assert "Authorization" not in json.loads(body)["headers"]
    assert json.loads(body)["path"] == "/v1/purposes?locale=zh-CN"


def test_only_what_the_page_needs_is_handed_on(page: Page) -> None:
    _, headers, _ = page.ask("GET", "/api/public/healthz")
    assert "set-cookie" not in headers


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/api/wallet/v1/verifications", {"Content_Type": "text/plain"}, 415),
        ("POST", "/api/wallet/v1/verifications", {"Content_Type": "application/x-www-form-urlencoded"}, 415),
        ("GET", "/inbox.json", {"Host": "evil.example"}, 421),
        ("POST", "/api/wallet/v1/verifications", {"Host": "evil.example", "Content_Type": "application/json"}, 421),
        ("GET", "/api/root/v1/customers", {}, 404),
        ("GET", "/api/wallet/v1/../../x", {}, 404),
        ("GET", "/../desk.py", {}, 404),
        ("GET", "/%2e%2e/desk.py", {}, 404),
        ("GET", "/static/../desk.css", {}, 404),
        ("POST", "/inbox.json", {"Content_Type": "application/json"}, 405),
    ],
)
def test_what_is_not_the_page_s_business_is_refused(
    page: Page, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    body = "{}" if method == "POST" else None
    assert page.ask(method, path, body, **headers)[0] == status


def test_every_answer_forbids_what_the_page_does_not_need(page: Page) -> None:
    for path in ("/", "/desk.js", "/inbox.json", "/nothing", "/api/public/healthz"):
        _, headers, _ = page.ask("GET", path)
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'"), path
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in headers


def test_the_page_brings_everything_itself_and_no_inline_code() -> None:
    page = (STATIC / "index.html").read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", page)
    for file in STATIC.iterdir():
        text = file.read_text()
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text), file.name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", text), file.name
    for reference in re.findall(r'(?:src|href)="/([^"]+)"', page):
        assert (STATIC / reference).is_file()


def test_every_element_that_the_scripts_ask_for_is_on_the_page() -> None:
    page = (STATIC / "index.html").read_text()
    made_by_script = {"earlier"}
    for file in STATIC.glob("*.js"):
        for name in re.findall(r'(?:\$|getElementById|say)\("([\w-]+)"', file.read_text()):
            assert f'id="{name}"' in page or name in made_by_script, f"{file.name}: {name}"


def test_the_inbox_lists_what_sns_accepted(page: Page, engine_url: str) -> None:
    sns = a_session().client("sns", endpoint_url=engine_url)
    attributes: Any = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
    for body in ("first", "第二"):
        sns.publish(PhoneNumber="+8613800138000", Message=body, MessageAttributes=attributes)
        page.ask("GET", "/inbox.json")
    sns.publish(PhoneNumber="+491511234567", Message="third")
    messages = json.loads(page.ask("GET", "/inbox.json")[2])
    assert [(each["to"], each["body"]) for each in messages[-3:]] == [
        ("+8613800138000", "first"),
        ("+8613800138000", "第二"),
        ("+491511234567", "third"),
    ]
    assert messages[-2]["attributes"] == {"AWS.SNS.SMS.SMSType": "Transactional"}
    assert messages[-1]["attributes"] == {}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", messages[-1]["sent_at"])
    assert json.loads(page.ask("GET", "/inbox.json")[2]) == messages


def test_the_issuer_s_public_keys_check_its_tokens(page: Page) -> None:
    token = json.loads(page.ask("GET", "/api/wallet/v1/x")[2])["headers"]["Authorization"].removeprefix("Bearer ")
    keys = jwt.PyJWKClient(f"http://127.0.0.1:{page.port}/jwks.json")
    claims = jwt.decode(token, keys.get_signing_key_from_jwt(token), algorithms=["ES256"], audience="ringfence")
    assert claims["roles"] == ["wallet"]
    assert b'"d"' not in page.ask("GET", "/jwks.json")[2]


def test_the_templates_are_those_of_the_policy(page: Page) -> None:
    templates = json.loads(page.ask("GET", "/templates.json")[2])
    assert {"en", "zh-CN"} <= set(templates)
    assert "offer" in templates["en"]["marketing"]
