"""Only a form that the page gave to this very browser is believed."""

import re
from urllib.parse import urlencode

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.verification import Verification
from tests.web.preference_site import NUMBER, Site, gateway
from tests.web.visitor import FORM, Visitor

TOKEN = "0" * 64


def everything_there(site: Site) -> dict[object, object]:
    return dict(site.adapters.store.rows)


FORMS = [
    ("/preferences/number", {"phone_number": NUMBER}),
    ("/preferences/code/vrf_" + "0" * 32, {"code": "123456"}),
    ("/preferences/choice", {"purpose": "marketing", "channels": "", "locale": "en", "notice_version": "1"}),
    ("/preferences/refusal", {"locale": "en"}),
    ("/preferences/erasure", {}),
    ("/preferences/sign-out", {}),
    ("/preferences/number-change", {"change": "chg_1"}),
]


@pytest.mark.parametrize(("path", "members"), FORMS)
@pytest.mark.parametrize("token", [None, "", TOKEN, "é"])
def test_without_the_page_s_token_nothing_happens(
    site: Site, inside: Visitor, path: str, members: dict[str, str], token: str | None
) -> None:
    before = everything_there(site)
    reply = inside.send(path, members if token is None else {**members, "form_token": token})
    assert (reply.status, reply.title) == (403, "That did not work")
    assert everything_there(site) == before


@pytest.mark.parametrize(("path", "members"), FORMS)
@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:8001"},
        {"origin": "https://127.0.0.1:8000"},
    ],
)
def test_from_another_site_nothing_happens(
    site: Site, inside: Visitor, path: str, members: dict[str, str], headers: dict[str, str]
) -> None:
    token = inside.get("/preferences").hidden("form_token")
    before = everything_there(site)
    assert inside.send(path, {**members, "form_token": token}, **headers).status == 403
    assert everything_there(site) == before


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec_fetch_site": "same-origin", "origin": "null"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:8000"},
    ],
)
def test_from_the_page_itself_it_happens(inside: Visitor, headers: dict[str, str]) -> None:
    token = inside.get("/preferences").hidden("form_token")
    reply = inside.send("/preferences/refusal", {"form_token": token, "locale": "en"}, **headers)
    assert (reply.status, reply.headers["location"]) == (303, "/preferences?saved=everything")


def test_another_browser_s_token_is_refused(site: Site, visitor: Visitor) -> None:
    foreign = Visitor(gateway()).get("/preferences").hidden("form_token")
    visitor.get("/preferences")
    assert visitor.send("/preferences/number", {"form_token": foreign, "phone_number": NUMBER}).status == 403
    assert site.adapters.queue.waiting == []


def test_the_token_of_before_the_session_is_refused_in_it(site: Site, customer: Customer, visitor: Visitor) -> None:
    before = visitor.get("/preferences").hidden("form_token")
    cookie = visitor.cookies["ringfence_session"]
    visitor.get(site.link(customer))
    # A session has a token of its own: one that somebody fixed beforehand opens nothing.
    assert visitor.cookies["ringfence_session"] != cookie
    assert visitor.send("/preferences/refusal", {"form_token": before, "locale": "en"}).status == 403


def test_a_browser_without_cookies_is_told(visitor: Visitor) -> None:
    token = visitor.get("/preferences").hidden("form_token")
    visitor.cookies.clear()
    reply = visitor.send("/preferences/number", {"form_token": token, "phone_number": NUMBER})
    assert reply.status == 403
    assert "does not keep cookies" in reply.said


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b'{"phone_number": "x"}', "application/json"),
        (b"phone_number=x", "text/plain"),
        (b"phone_number=x", "multipart/form-data; boundary=x"),
        (b"a=" + b"x" * 5000, FORM),
        (urlencode({f"m{nth}": "" for nth in range(40)}).encode(), FORM),
        (b"phone_number=\xff", FORM),
        (b"phone_number=%FF", FORM),
        (b"", FORM),
        (b"form_token=a&form_token=b", FORM),
    ],
)
def test_what_is_no_form_of_ours_is_refused(site: Site, visitor: Visitor, body: bytes, media_type: str) -> None:
    token = visitor.get("/preferences").hidden("form_token").encode()
    if media_type == FORM and not body.startswith(b"form_token"):
        body += b"&form_token=" + token if body else b""
    reply = visitor.ask("POST", "/preferences/number", body, {"content-type": media_type})
    assert reply.status == 403
    assert site.adapters.store.rows == {}


@pytest.mark.parametrize("cookie", ["x", "A" * 42, "A" * 44, "A" * 42 + "!", ""])
def test_a_strange_cookie_is_replaced(visitor: Visitor, cookie: str) -> None:
    visitor.cookies["ringfence_session"] = cookie
    reply = visitor.get("/preferences")
    assert reply.status == 200
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", visitor.cookies["ringfence_session"])


@pytest.mark.parametrize(
    "members",
    [
        {"notice_version": "0"},
        {"notice_version": "x"},
        {"notice_version": "9999999"},
        {"locale": "fr"},
        {"locale": ""},
        {"key": "short"},
        {"key": ""},
    ],
)
def test_a_choice_that_the_page_never_offered_is_refused(site: Site, inside: Visitor, members: dict[str, str]) -> None:
    page = inside.get("/preferences")
    names = ("key", "purpose", "locale", "notice_version", "notice_sha256")
    form = {name: page.hidden(name, "marketing") for name in names}
    before = everything_there(site)
    assert inside.post("/preferences/choice", page, **{**form, "channels": "sms", **members}).status == 403
    assert everything_there(site) == before


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"channels": "fax"}, 422),
        ({"channels": "sms " * 3}, 303),
        ({"purpose": "account_security"}, 409),
        ({"purpose": "nothing"}, 404),
        ({"notice_version": "2"}, 409),
        ({"notice_sha256": ""}, 409),
        ({"notice_sha256": "0" * 64}, 409),
    ],
)
def test_what_the_service_refuses_is_told_on_a_page(inside: Visitor, members: dict[str, str], status: int) -> None:
    page = inside.get("/preferences")
    names = ("key", "purpose", "locale", "notice_version", "notice_sha256")
    form = {name: page.hidden(name, "marketing") for name in names}
    reply = inside.post("/preferences/choice", page, **{**form, "channels": "sms", **members})
    assert reply.status == status
    assert status == 303 or reply.title == "That did not work"


def test_a_number_s_form_starts_one_verification(site: Site, visitor: Visitor) -> None:
    reply = visitor.post("/preferences/number", phone_number="+86 138 0013 8000")
    rows = [row for row in site.adapters.store.rows.values() if isinstance(row, Verification)]
    assert [f"/preferences/code/{row.id}" for row in rows] == [reply.headers["location"]]
    assert site.adapters.queue.waiting == [(rows[0].id, 0)]
