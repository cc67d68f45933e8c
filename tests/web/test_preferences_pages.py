"""How the ways lead through the pages: by code, by link, to the end of a session and of an account."""

import json
import re
from datetime import timedelta

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.session import Session
from tests.fakes import NOON
from tests.web.preference_site import NUMBER, STRANGER, Site, gateway
from tests.web.visitor import Visitor
from tests.web.ways import OWN, by_code, unguarded

ONLY_FORMS = ["/preferences/number", "/preferences/choice", "/preferences/refusal", "/preferences/sign-out"]


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_the_way_by_code(site: Site, customer: Customer, visitor: Visitor, locale: str) -> None:
    visitor.headers["accept-language"] = locale
    site.say(customer, "marketing", "given", "sms", "app")
    page = by_code(site, visitor)
    assert page.title == {"en": "Your privacy choices", "zh-CN": "您的隐私选择"}[locale]
    assert f'<html lang="{locale}">' in page.text
    assert 'role="switch"' not in page.text
    refused = visitor.follow(visitor.choice(page, "marketing", ""))
    assert {"en": "Withdrawn on 21 Nov 2026", "zh-CN": "2026年11月21日撤回"}[locale] in refused.said
    events = site.ringfence.history(customer.id)
    assert [(it.event_type, it.locale) for it in events] == [("given", "en"), ("withdrawn", locale)]
    for path in OWN[1:]:
        weak = visitor.get(path)
        assert (weak.status, weak.title) == (
            403,
            {"en": "Open this page from the app", "zh-CN": "请从应用中打开本页面"}[locale],
        )
        assert unguarded(weak) == []
    assert visitor.choice(refused, "marketing", "sms").status == 403
    assert len(site.ringfence.history(customer.id)) == 2


def test_the_way_by_link(site: Site, customer: Customer, inside: Visitor) -> None:
    page = inside.get("/preferences")
    page = inside.follow(inside.choice(page, "marketing", "sms"))
    assert "Agreed on 21 Nov 2026, until 21 Nov 2027" in page.said
    page = inside.follow(inside.choice(page, "marketing", "sms app"))
    page = inside.follow(inside.choice(page, "order_notice", "call"))
    assert [it.channels for it in site.ringfence.history(customer.id)] == [("sms",), ("sms", "app"), ("call",)]
    done = inside.follow(inside.post("/preferences/refusal", page, locale=page.hidden("locale")))
    assert "Nothing optional is allowed any more." in done.said
    assert "Refuse everything optional" not in done.said
    # Later, and with something agreed to again, the address says no more than is so.
    assert "Nothing optional is allowed." in inside.get("/preferences").said
    inside.choice(done, "marketing", "app")
    assert "Nothing optional" not in inside.get("/preferences?saved=everything").said
    history = inside.get("/preferences/history").said
    assert history.index("Withdrew Order notices") < history.index("Agreed to Order notices")


def test_a_double_submit_is_one_event(site: Site, customer: Customer, inside: Visitor) -> None:
    page = inside.get("/preferences")
    for _ in range(2):
        assert inside.choice(page, "marketing", "sms").status == 303
    assert len(site.ringfence.history(customer.id)) == 1


def test_what_has_ended_by_itself_is_refused_and_not_taken_back(
    site: Site, customer: Customer, inside: Visitor
) -> None:
    inside.choice(inside.get("/preferences"), "marketing", "sms")
    site.later(days=366)
    page = inside.follow(inside.get(site.link(customer)))
    assert "Ended by itself" in page.said
    assert "Withdraw" not in page.said
    inside.choice(page, "marketing", "")
    assert [it.event_type for it in site.ringfence.history(customer.id)] == ["given", "refused"]


def test_how_often_stands_beside_the_switches(site: Site, inside: Visitor) -> None:
    bounds = [it.most_per_month for it in site.ringfence.policy.rules.purposes.values() if it.most_per_month]
    assert bounds
    said = re.findall(r"At most (\d+) a month", inside.get("/preferences").said)
    assert sorted(said) == sorted(map(str, bounds))


def test_a_link_leads_in_once(site: Site, customer: Customer, visitor: Visitor) -> None:
    link = site.link(customer)
    first = visitor.get(link)
    assert (first.status, first.headers["location"]) == (303, "/preferences")
    other = Visitor(gateway())
    again = other.follow(other.get(link))
    assert again.title == "Your number, your choice"
    assert "This link has been used" in again.said
    assert visitor.get("/preferences").title == "Your privacy choices"
    # Nobody is signed out by an old link.
    visitor.get(link)
    assert visitor.get("/preferences").title == "Your privacy choices"


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "A" * 43 + "%0d%0aSet-Cookie:%20x=y"])
def test_a_link_that_is_none_leads_to_the_number(visitor: Visitor, token: str) -> None:
    reply = visitor.get(f"/preferences/enter?token={token}")
    assert (reply.status, reply.headers["location"]) == (303, "/preferences?say=link")


@pytest.mark.parametrize("path", OWN[1:])
def test_without_a_session_every_page_is_the_number_s(visitor: Visitor, path: str) -> None:
    reply = visitor.get(path)
    assert (reply.status, reply.headers["location"]) == (303, "/preferences?say=ended")
    assert "Your session has ended" in visitor.follow(reply).said


@pytest.mark.parametrize("path", ONLY_FORMS)
def test_what_takes_forms_only_leads_home(visitor: Visitor, path: str) -> None:
    reply = visitor.get(path)
    assert (reply.status, reply.headers["location"]) == (303, "/preferences")


def test_a_session_is_over_after_a_quarter_of_an_hour(site: Site, inside: Visitor) -> None:
    page = inside.get("/preferences")
    site.later(minutes=15)
    assert inside.get("/preferences").title == "Your number, your choice"
    reply = inside.choice(page, "marketing", "sms")
    assert (reply.status, reply.headers["location"]) == (303, "/preferences?say=ended")
    assert "Your session has ended" in inside.follow(reply).said


def test_a_new_session_ends_the_browser_s_former_one(site: Site, customer: Customer, inside: Visitor) -> None:
    former = Visitor(gateway(), cookies=dict(inside.cookies))
    assert former.get("/preferences").title == "Your privacy choices"
    inside.get(site.link(customer))
    assert former.get("/preferences").title == "Your number, your choice"
    former.cookies = dict(inside.cookies)
    assert former.get("/preferences").title == "Your privacy choices"
    by_code(site, inside)
    assert former.get("/preferences").title == "Your number, your choice"
    assert inside.get("/preferences").title == "Your privacy choices"


def test_signing_out(site: Site, inside: Visitor) -> None:
    stolen = dict(inside.cookies)
    page = inside.get("/preferences")
    reply = inside.post("/preferences/sign-out", page)
    assert reply.headers["location"] == "/preferences?say=left"
    assert "ringfence_session" not in inside.cookies
    assert "You are signed out." in inside.follow(reply).said
    inside.cookies.update(stolen)
    assert inside.get("/preferences").title == "Your number, your choice"


def test_a_wrong_code_says_how_many_tries_are_left(site: Site, customer: Customer, visitor: Visitor) -> None:
    asked = visitor.post("/preferences/number", phone_number=NUMBER)
    site.work()
    path, page = asked.headers["location"], visitor.follow(asked)
    right = site.code()
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for bad in ("", "12345", "1234567", "abcdef"):
        reply = visitor.post(path, page, code=bad)
        assert (reply.status, "A code has six digits." in reply.said) == (422, True)
    for left in (4, 3, 2):
        reply = visitor.post(path, page, code=wrong)
        assert reply.status == 422
        assert f"Tries left: {left}." in reply.said
    # As people type it, and on a full-width keyboard.
    typed = right[:3] + " " + "".join(chr(ord(digit) + 0xFEE0) for digit in right[3:])
    assert visitor.post(path, page, code=typed).headers["location"] == "/preferences"


def test_used_up_tries_are_told_on_a_page(site: Site, customer: Customer, visitor: Visitor) -> None:
    asked = visitor.post("/preferences/number", phone_number=NUMBER)
    path, page = asked.headers["location"], visitor.follow(asked)
    for _ in range(5):
        last = visitor.post(path, page, code="000000")
    # Nothing is offered that cannot work.
    assert 'name="code"' not in last.text
    assert "All tries for this code are used" in last.said
    reply = visitor.post(path, page, code="000000")
    assert (reply.status, "All tries for this code are used" in reply.said) == (429, True)
    assert "your choices" not in reply.said


def test_a_throttled_visitor_is_told_when_to_come_back(site: Site, visitor: Visitor) -> None:
    page = visitor.get("/preferences")
    for _ in range(3):
        visitor.post("/preferences/number", page, phone_number=STRANGER)
    reply = visitor.post("/preferences/number", page, phone_number=STRANGER)
    assert (reply.status, reply.headers["retry-after"]) == (429, "600")
    assert "Try again in 10 minutes." in reply.said
    site.later(minutes=10)
    visitor.post("/preferences/number", page, phone_number=STRANGER)
    site.later(minutes=10)
    for wait, said in (({}, "24 hours"), ({"minutes": 22 * 60 + 10}, "90 minutes")):
        site.later(**wait)
        assert f"Try again in {said}." in visitor.post("/preferences/number", page, phone_number=STRANGER).said


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("+86 12 7777", "not a number that a phone can have"),
        ("", "not a number"),
        ("+442079460000", "cannot text this kind"),
    ],
)
def test_a_number_that_is_no_mobile_s_is_explained_and_not_repeated(visitor: Visitor, number: str, says: str) -> None:
    reply = visitor.post("/preferences/number", phone_number=number)
    assert reply.status == 422
    assert says in reply.said
    assert not number or number not in reply.text
    assert 'aria-invalid="true"' in reply.text


def test_another_browser_s_code_is_not_found(site: Site, customer: Customer, visitor: Visitor) -> None:
    asked = visitor.post("/preferences/number", phone_number=NUMBER)
    assert visitor.follow(asked).status == 200
    other = Visitor(gateway())
    other.get("/preferences")
    assert other.get(asked.headers["location"]).status == 404


def test_the_export_is_a_file_of_everything(site: Site, customer: Customer, inside: Visitor) -> None:
    site.say(customer, "marketing", "given", "sms")
    reply = inside.get("/preferences/export")
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert reply.headers["content-disposition"] == 'attachment; filename="ringfence-export.json"'
    assert reply.headers["cache-control"] == "no-store"
    assert customer.id in json.dumps(json.loads(reply.text))


def test_the_export_needs_a_strong_session(site: Site, customer: Customer, visitor: Visitor) -> None:
    by_code(site, visitor)
    assert visitor.get("/preferences/export").status == 403


def test_erasing_says_what_happens_when_and_then_does_it(site: Site, customer: Customer, inside: Visitor) -> None:
    page = inside.get("/preferences/erasure")
    for said in ("On 21 Dec 2026", "From 22 Dec 2026 on", "For 3 years"):
        assert said in page.said
    done = inside.post("/preferences/erasure", page)
    assert "ringfence_session" not in inside.cookies
    for closed_page in (inside.follow(done), inside.get("/preferences/erased?lang=en")):
        assert (closed_page.status, closed_page.title) == (200, "Your account is closed")
        for said in ("30 days after closing", "31 days after closing", "For 3 years"):
            assert said in closed_page.said
    closed = site.adapters.store.get(Customer, customer.id)
    assert closed is not None
    assert (closed.status, closed.due_at) == ("restricted", NOON + timedelta(days=30))
    assert inside.get("/preferences").title == "Your number, your choice"


def test_a_weak_session_cannot_erase(site: Site, customer: Customer, visitor: Visitor) -> None:
    page = by_code(site, visitor)
    reply = visitor.post("/preferences/erasure", page)
    assert reply.status == 403
    left = site.adapters.store.get(Customer, customer.id)
    assert left is not None
    assert left.status == "active"


def test_a_session_stolen_before_the_end_shows_nothing_after_it(
    site: Site, customer: Customer, inside: Visitor
) -> None:
    thief = Visitor(gateway(), cookies=dict(inside.cookies))
    assert thief.get("/preferences").title == "Your privacy choices"
    page = inside.get("/preferences/erasure")
    done = inside.post("/preferences/erasure", page)
    # A second tap, sent before the first was answered, is answered the same.
    twice = Visitor(gateway(), cookies=dict(thief.cookies)).post("/preferences/erasure", page)
    assert twice == done
    assert any(isinstance(row, Session) for row in site.adapters.store.rows.values())
    for path in OWN[1:]:
        assert Visitor(gateway(), cookies=dict(thief.cookies)).get(path).headers["location"] == "/preferences/erased"
    assert thief.get("/preferences").title == "Your number, your choice"


def test_under_14_only_no_can_be_said(site: Site, customer: Customer, inside: Visitor) -> None:
    site.make_young(customer)
    page = inside.get("/preferences")
    assert "A parent or guardian has to agree with you" in page.said
    assert 'role="switch"' not in page.text
    assert inside.choice(page, "marketing", "sms").status == 403
    assert inside.choice(page, "order_notice", "").status == 303
