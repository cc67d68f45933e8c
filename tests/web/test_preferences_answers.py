"""What every page is answered with: headers, cookies, addresses, language, and what may be kept."""

import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest

import app as application
from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.customer import Customer
from chalicelib.domain.wording import Notice
from chalicelib.domain.writes import Insert
from chalicelib.entrypoints.web.assets import FOLDER
from chalicelib.entrypoints.web.html import notice_html
from tests.fakes import NOON
from tests.web.preference_site import Site, gateway
from tests.web.visitor import Visitor
from tests.web.ways import OWN, by_code, unguarded

PUBLIC = ["/preferences", "/preferences?say=ended", "/preferences/code/vrf_" + "0" * 32]


@pytest.mark.parametrize("path", PUBLIC)
def test_a_page_for_everybody_is_guarded(visitor: Visitor, path: str) -> None:
    assert unguarded(visitor.get(path)) == []


@pytest.mark.parametrize("path", OWN)
def test_a_customer_s_page_is_guarded(inside: Visitor, path: str) -> None:
    reply = inside.get(path)
    assert reply.status == 200
    assert unguarded(reply) == []


def test_a_session_s_cookie(site: Site, customer: Customer, visitor: Visitor) -> None:
    (cookie,) = visitor.get(site.link(customer)).cookies
    assert re.fullmatch(r"ringfence_session=[\w-]{43}; Path=/preferences; HttpOnly; SameSite=Lax", cookie)
    # It would be gone when it ends, and nobody could be told so.
    assert "strict-transport-security" not in visitor.get("/preferences").headers


def gateway_event(path: str, stage: str, **headers: str) -> dict[str, Any]:
    """A request as API Gateway hands it on from a stage."""
    return {
        "requestContext": {
            "httpMethod": "GET",
            "resourcePath": re.sub(r"(code|static)/[^/]+$", r"\1/{x}", path),
            "path": stage + path,
            "identity": {"sourceIp": "192.0.2.1"},
            "requestId": "id",
        },
        "headers": {"host": "abc.execute-api.eu-west-1.amazonaws.com", "x-forwarded-proto": "https", **headers},
        "pathParameters": None,
        "multiValueQueryStringParameters": None,
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
    }


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("stage", ["", "/prod", "/a/b"])
def test_behind_api_gateway_everything_stays_on_its_stage(site: Site, stage: str, slash: str) -> None:
    event = gateway_event("/preferences", stage)
    event["requestContext"]["path"] += slash
    event["multiValueQueryStringParameters"] = {"lang": ["en"]}
    answer = application.app(event, None)
    assert answer["statusCode"] == 200
    assert answer["headers"]["Strict-Transport-Security"] == "max-age=31536000"
    session, language = answer["multiValueHeaders"]["Set-Cookie"]
    # By its name a browser lets nobody but this very host set it, for all paths.
    assert re.fullmatch(r"__Host-ringfence_session=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Secure", session)
    assert language == f"ringfence_language=en; Path={stage}/preferences; HttpOnly; SameSite=Lax; Secure"
    paths = set(re.findall(r'(?:href|src|action)="(/[^"]*)"', answer["body"]))
    assert paths
    assert all(path.startswith(f"{stage}/preferences") for path in paths)


def test_over_tls_a_session_of_the_plain_name_is_nobody_s(site: Site, inside: Visitor) -> None:
    token = inside.cookies["ringfence_session"]
    for name, title in (("", "Your number, your choice"), ("__Host-", "Your privacy choices")):
        event = gateway_event("/preferences", "", cookie=f"{name}ringfence_session={token}")
        assert f"<h1>{title}</h1>" in application.app(event, None)["body"]


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", OWN)
def test_no_page_holds_what_opens_the_session(inside: Visitor, path: str, slash: str) -> None:
    page = inside.get(path + slash)
    assert page.status == 200
    assert inside.cookies["ringfence_session"] not in page.text
    links = re.findall(r'(?:href|src|action)="(/[^"]*)"', page.text)
    assert not [link for link in links if "preferences/preferences" in link or f"{path}/preferences" in link]


def test_the_first_page_does_not_hold_its_cookie(visitor: Visitor) -> None:
    page = visitor.get("/preferences")
    assert visitor.cookies["ringfence_session"] not in page.text


def test_on_a_host_of_another_name_without_tls_the_cookie_is_secure_all_the_same(site: Site, visitor: Visitor) -> None:
    visitor.headers["host"] = "wallet.example"
    (cookie,) = visitor.get("/preferences").cookies
    assert cookie.startswith("__Host-")
    assert cookie.endswith("; Secure")


@pytest.mark.parametrize(
    ("accepted", "locale"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en-GB, zh;q=0.5", "en"),
        ("zh-TW", "zh-CN"),
        ("fr, zh;q=0.9", "zh-CN"),
        ("en;q=0.1, zh-CN;q=0.2", "zh-CN"),
        ("zh-CN;q=0, en", "en"),
        ("fr", "en"),
        ("", "en"),
        ("*", "en"),
        (";;;q=x,,", "en"),
    ],
)
def test_the_browser_s_language(visitor: Visitor, accepted: str, locale: str) -> None:
    visitor.headers["accept-language"] = accepted
    assert f'<html lang="{locale}">' in visitor.get("/preferences").text


@pytest.mark.parametrize("path", OWN)
def test_the_language_is_switched_in_place_and_stays(inside: Visitor, path: str) -> None:
    assert '<html lang="zh-CN">' in inside.get(f"{path}?lang=zh-CN").text
    assert '<html lang="zh-CN">' in inside.get(path).text
    assert '<html lang="en">' in inside.get(f"{path}?lang=en").text
    assert inside.cookies["ringfence_language"] == "en"


def test_a_language_that_is_not_spoken_is_not_kept(visitor: Visitor) -> None:
    for asked in ("fr", "%0d%0ax", "../../etc"):
        visitor.get(f"/preferences?lang={asked}")
        assert visitor.cookies["ringfence_language"] == "en"


def test_errors_are_pages_in_the_visitor_s_language(visitor: Visitor) -> None:
    visitor.headers["accept-language"] = "zh"
    reply = visitor.get("/preferences/code/vrf_" + "0" * 32)
    assert (reply.status, reply.title) == (404, "操作未成功")
    assert unguarded(reply) == []


def test_a_chinese_number_needs_no_country_code_on_the_chinese_page(site: Site, visitor: Visitor) -> None:
    visitor.headers["accept-language"] = "zh-CN"
    assert visitor.post("/preferences/number", phone_number="138 0013 8000").status == 303
    visitor.headers["accept-language"] = "en"
    assert visitor.post("/preferences/number", phone_number="138 0013 8000").status == 422


def test_stylesheet_and_script_are_kept_for_ever(visitor: Visitor) -> None:
    page = visitor.get("/preferences").text
    paths = re.findall(r'(?:href|src)="(/preferences/static/[^"]+)"', page)
    assert {path.rpartition(".")[2] for path in paths} == {"css", "js", "svg"}
    for path in paths:
        reply = visitor.get(path)
        assert (reply.status, reply.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
        # What caches may keep must not hand out somebody's session.
        assert reply.cookies == ()
        assert reply.text
        assert Visitor(gateway()).get(path).cookies == ()


@pytest.mark.parametrize("name", ["page.css", "page.000000000000.css", "..%2fwords%2fen.toml", "x"])
def test_what_is_no_file_of_the_page_is_not_found(visitor: Visitor, name: str) -> None:
    assert visitor.get(f"/preferences/static/{name}").status == 404
    assert (FOLDER / "page.css").is_file()


def test_the_log_names_routes_and_no_ids(site: Site, customer: Customer, visitor: Visitor, log: io.StringIO) -> None:
    log.truncate(0)
    by_code(site, visitor)
    visitor.get(site.link(customer))
    visitor.get("/preferences/code/vrf_" + "0" * 32)
    lines = [json.loads(line) for line in log.getvalue().strip("\0").splitlines()]
    assert {
        ("POST /preferences/code/{verification_id}", 303, None),
        ("GET /preferences/enter", 303, None),
        ("GET /preferences/code/{verification_id}", 404, "not-found"),
    } <= {(line.get("route"), line.get("status"), line.get("problem")) for line in lines}
    assert re.search(r"vrf_|token=|ringfence_session", log.getvalue()) is None


def test_a_failure_of_ours_is_a_page_too(site: Site, customer: Customer, inside: Visitor) -> None:
    site.adapters.store.rows = None  # type: ignore[assignment]
    reply = inside.get("/preferences/history")
    assert (reply.status, reply.title) == (500, "That did not work")
    assert unguarded(reply) == []


def test_the_latest_opening_comes_first(site: Site, customer: Customer, inside: Visitor) -> None:
    for nth, minutes in enumerate((2, 9, 5)):
        at, reason = NOON - timedelta(minutes=minutes), f"{minutes} minutes ago"
        opened = AccessLogEntry(
            f"acc_{nth}", customer.id, at, "reveal", "marketing", "call", "staff", "call-centre", "ann", (), reason
        )
        site.adapters.store.commit(Insert(opened))
    assert re.findall(r"(\d) minutes ago", inside.get("/preferences/access-log").said) == ["2", "5", "9"]


def test_what_people_wrote_is_text_and_never_markup(site: Site, customer: Customer, inside: Visitor) -> None:
    evil = "<script>alert(1)</script> \"' & co."
    entry = AccessLogEntry(
        "acc_1", customer.id, NOON, "reveal", evil, "call", "staff", "call-centre", "ann", (evil,), evil
    )
    site.adapters.store.commit(Insert(entry))
    page = inside.get("/preferences/access-log").text
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt; &#34;&#39; &amp; co.") == 3


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "a <b onclick=alert(1)>b</b>",
        "[a](javascript:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "![a](javascript:alert(1))",
        "[a](http://wallet.example)",
        "[a](/account)",
        "[a](tel:+1)",
        "<ftp://wallet.example>",
    ],
)
def test_a_notice_is_markdown_without_html(text: str) -> None:
    html = notice_html(Notice("marketing", 1, "en", "Title", "Summary", True, f"## Who\n{text}\n\n- one\n", "sha"))
    assert html.startswith("<h4>Who</h4>")
    assert "<li>one</li>" in html
    assert re.search(r"<(?!/?(h4|p|ul|li)>)", html) is None


def test_a_notice_may_lead_to_https_and_mailto() -> None:
    text = "[a](https://wallet.example/x) [b](MAILTO:privacy@wallet.example)\n"
    html = notice_html(Notice("marketing", 1, "en", "Title", "Summary", True, text, "sha"))
    assert re.findall(r'href="([^"]*)"', html) == ["https://wallet.example/x", "MAILTO:privacy@wallet.example"]
