"""Everything that is held, to read and to print."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.contact import Secret
from chalicelib.domain.customer import Customer
from chalicelib.domain.freshness import CARRIER_CHANGED, DELIVERY_FAILURES, OPT_OUT
from chalicelib.domain.holds import CaseHold
from chalicelib.domain.number_change import NEW_ONLY, NumberChange
from chalicelib.domain.writes import Replace
from chalicelib.entrypoints.web.words import words
from chalicelib.services.issue_link import Link
from tests.fakes import NOON, caller
from tests.web.preference_site import NUMBER, Site
from tests.web.visitor import Reply, Visitor
from tests.web.ways import by_code, unguarded


def opened(visitor: Visitor, link: Link) -> Reply:
    asks = visitor.get(f"/preferences/record-once?token={link.token}")
    return visitor.post("/preferences/record-once", asks, token=asks.hidden("token"))


def changed(site: Site, customer: Customer, **members: object) -> None:
    found = site.adapters.store.get(Customer, customer.id)
    assert found is not None
    site.adapters.store.commit(Replace(found, replace(found, **members)))  # type: ignore[arg-type]


def test_a_session_of_the_wallet_reads_it(site: Site, customer: Customer, inside: Visitor) -> None:
    site.say(customer, "marketing", "given", "sms")
    by = caller("customer", "wallet-app", customer.id)
    site.ringfence.receive_rights_request(by, customer.id, "correction", "<b>the zone</b>", None)
    asked = site.ringfence.receive_rights_request(by, customer.id, "access", "the calls of May", None)
    site.ringfence.decide_rights_request.refuse(caller("officer"), asked.id, "rights_of_others", None)
    page = inside.get("/preferences/record")
    assert (page.status, page.title) == (200, "Everything we hold about you")
    assert unguarded(page) == []
    for said in (
        customer.id,
        "+86 ••••••••• 00",
        "Agreed to",
        "Correction · 21 Nov 2026 12:00 UTC · An answer is due by 21 Dec 2026.",
        "Refused on 21 Nov 2026. To give you this would harm the rights of other people.",
        "Nobody has opened your number.",
    ):
        assert said in page.said
    assert NUMBER[3:] not in page.text
    assert 'href="/preferences/record"' in inside.get("/preferences/account").text


def test_a_session_by_sms_does_not(site: Site, customer: Customer, visitor: Visitor) -> None:
    by_code(site, visitor)
    for path in ("/preferences/record", "/preferences/export"):
        assert visitor.get(path).status == 403
    assert customer.id


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_what_holds_and_what_changes_is_said(site: Site, customer: Customer, inside: Visitor, locale: str) -> None:
    inside.headers["accept-language"] = locale
    other = customer.held
    assert other is not None
    later = NOON + timedelta(days=1)
    changed(
        site,
        customer,
        change=NumberChange("chg_1", NEW_ONLY, replace(other, masked="+86*********77"), False, NOON, later),
        cases=(CaseHold("hold_1", "ann", "a dispute", NOON, later),),
    )
    page = inside.get("/preferences/record")
    assert "••••••••• 77" in page.said
    assert {"en": "An open case keeps your number", "zh-CN": "因有未结事项"}[locale] in page.said
    # Why and by whom is not for the page.
    assert "a dispute" not in page.text
    assert "ann" not in page.said.split()


def test_a_closed_customer_reads_which_law_holds(site: Site, customer: Customer, visitor: Visitor) -> None:
    rules = site.ringfence.policy.rules
    on = {name: replace(hold, on=name == "e_commerce") for name, hold in rules.holds.items()}
    site.adapters.policy = replace(site.ringfence.policy, rules=replace(rules, holds=on))
    site.ringfence.close_customer(customer.id, None)
    link = site.ringfence.issue_export_link(customer.id, "page", None)
    page = opened(visitor, link)
    assert "Closed; the number is stored and not used" in page.said
    assert "电子商务法 31, until 21 Nov 2029" in page.said
    assert unguarded(page) == []
    assert visitor.get("/preferences/record").status == 303


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_where_a_number_came_from_and_what_speaks_against_it_is_said(
    site: Site, customer: Customer, inside: Visitor, locale: str
) -> None:
    inside.headers["accept-language"] = locale
    changed(site, customer, provenance="crm of 2019", doubt="opt_out", doubted_at=NOON, carrier="46000")
    page = inside.get("/preferences/record")
    stop = {
        "en": "Its owner told the carrier to stop our texts",
        "zh-CN": "\u8981\u6c42\u8fd0\u8425\u5546\u505c\u6b62",
    }[locale]
    for said in ("crm of 2019", "46000", stop):
        assert said in page.said


def test_every_doubt_has_words() -> None:
    for locale in ("en", "zh-CN"):
        assert set(words(locale)["record"]["doubts"]) == {DELIVERY_FAILURES, OPT_OUT, CARRIER_CHANGED}


@pytest.mark.parametrize(("form", "media_type"), [("page", "text/html"), ("json", "application/json")])
def test_a_link_gives_it_once_and_nobody_keeps_it(
    site: Site, customer: Customer, visitor: Visitor, log: io.StringIO, form: str, media_type: str
) -> None:
    link = site.ringfence.issue_export_link(customer.id, form, None)
    # Whatever opens links before their reader does uses nothing up.
    for locale, title in (("en", "Everything we hold about you"), ("zh-CN", "我们保存的")):
        asks = visitor.get(f"/preferences/record-once?token={link.token}&lang={locale}")
        assert (asks.status, asks.title.startswith(title), customer.id in asks.text) == (200, True, False)
        assert f'href="?lang=en&amp;token={link.token}"' in asks.text
        assert unguarded(asks) == []
    first, again = (opened(visitor, link) for _ in range(2))
    assert (first.status, first.headers["cache-control"]) == (200, "no-store")
    assert first.headers["content-type"].startswith(media_type)
    assert first.headers["referrer-policy"] == "no-referrer"
    assert customer.id in first.text
    assert NUMBER[3:] not in first.text
    assert (again.status, customer.id in again.text) == (404, False)
    assert link.token not in log.getvalue()


def test_a_form_of_another_site_opens_nothing(site: Site, customer: Customer, visitor: Visitor) -> None:
    link = site.ringfence.issue_export_link(customer.id, "page", None)
    visitor.get(f"/preferences/record-once?token={link.token}")
    assert visitor.send("/preferences/record-once", {"token": link.token}).status == 403
    assert opened(visitor, Link(Secret("A" * 43), link.expires_at)).status == 404
    assert opened(visitor, link).status == 200


def test_an_erased_customer_reads_of_the_certificate(site: Site, customer: Customer, visitor: Visitor) -> None:
    made = site.ringfence.erase_customer(caller("customer"), customer.id, False, None)
    link = site.ringfence.issue_export_link(customer.id, "page", None)
    page = opened(visitor, link)
    assert made.id in page.said
    assert "From 22 Nov 2026 12:00 UTC on no copy can be read any more" in page.said
