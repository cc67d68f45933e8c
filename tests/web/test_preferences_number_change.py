"""A change of number is stopped on the page: by the customer, and by the old number's owner, who sees nothing else."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.writes import Replace
from tests.services.moving import moving
from tests.services.world import OTHER_NUMBER, World
from tests.web.preference_site import NUMBER, Site
from tests.web.visitor import Reply, Visitor
from tests.web.ways import OWN, by_code, unguarded

PATH = "/preferences/number-change"
TITLES = {"en": "Change of number", "zh-CN": "\u66f4\u6362\u53f7\u7801"}
STOPPED = {"en": "The change was stopped.", "zh-CN": "\u5df2\u963b\u6b62\u66f4\u6362"}


def change(site: Site, *, effective: bool) -> Customer:
    """A customer whose number changes from, or has changed from, the one that the visitor has."""
    return moving(World(site.adapters), effective=effective, number=NUMBER)


def stop(visitor: Visitor, page: Reply) -> Reply:
    """The tap."""
    return visitor.post(PATH, page, change=page.hidden("change"))


def now(site: Site, customer: Customer) -> Customer:
    found = site.adapters.store.get(Customer, customer.id)
    assert found is not None
    return found


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_the_old_number_s_owner_stops_the_change_by_one_tap(site: Site, visitor: Visitor, locale: str) -> None:
    visitor.headers["accept-language"] = locale
    customer = change(site, effective=True)
    assert by_code(site, visitor).headers["location"] == PATH
    page = visitor.get(PATH)
    assert (page.status, page.title, unguarded(page)) == (200, TITLES[locale], [])
    assert {"en": "until 22 Nov 2026 12:00 UTC", "zh-CN": "2026\u5e7411\u670822\u65e5"}[locale] in page.said
    assert "2026-11-22T12:00:00+00:00" in page.text
    after = visitor.follow(stop(visitor, page))
    assert STOPPED[locale] in after.said
    assert "<button" not in after.text.partition("<main")[2].partition("</main>")[0]
    assert (now(site, customer).change, now(site, customer).tag) == (None, World(site.adapters).tag(NUMBER))


def test_the_old_number_s_owner_sees_nothing_else(site: Site, visitor: Visitor) -> None:
    customer = change(site, effective=True)
    site.say(customer, "marketing", "given", "sms")
    by_code(site, visitor)
    page = visitor.get(PATH)
    assert customer.masked is not None
    for told in (customer.id, customer.masked, "marketing", "/preferences/history", "/preferences/account"):
        assert told not in page.text
    assert re.findall(r"\+[0-9]+ \S+ [0-9]{2}", page.said) == [f"+86 ••••••••• {NUMBER[-2:]}"]
    for path in OWN[1:]:
        assert visitor.get(path).title == "Open this page from the app"
    assert visitor.get("/preferences").headers["location"] == PATH
    form = {"form_token": page.hidden("form_token"), "locale": "en"}
    assert visitor.send("/preferences/refusal", form).status == 403
    assert visitor.send("/preferences/erasure", form).status == 403
    assert now(site, customer).consents["marketing"].decision == "given"
    visitor.post("/preferences/sign-out", page)
    assert visitor.get(PATH).headers["location"] == "/preferences?say=ended"


@pytest.mark.parametrize("effective", [False, True])
def test_customers_see_on_their_own_page_that_a_change_can_be_stopped(
    site: Site, visitor: Visitor, effective: bool
) -> None:
    customer = change(site, effective=effective)
    visitor.follow(visitor.get(site.link(customer)))
    page = visitor.get("/preferences")
    word = "this account got another number" if effective else "another number was asked for this account"
    assert word in page.said
    assert "See the change of number" in visitor.get("/preferences/account").said
    assert word in visitor.get(PATH).said
    after = visitor.follow(stop(visitor, page))
    assert STOPPED["en"] in after.said
    assert now(site, customer).change is None
    assert now(site, customer).tag == World(site.adapters).tag(NUMBER)
    assert "number was" not in visitor.get("/preferences").said
    assert "See the change of number" not in visitor.get("/preferences/account").said
    assert "No change of number is under way." in visitor.get(PATH).said


def test_by_the_code_to_their_own_number_customers_can_stop_what_waits(site: Site, visitor: Visitor) -> None:
    customer = change(site, effective=False)
    page = by_code(site, visitor)
    assert page.title == "Your privacy choices"
    assert STOPPED["en"] in visitor.follow(stop(visitor, page)).said
    assert now(site, customer).change is None


def test_a_second_tap_says_the_same_and_another_change_is_not_stopped_by_it(site: Site, visitor: Visitor) -> None:
    customer = change(site, effective=True)
    by_code(site, visitor)
    page = visitor.get(PATH)
    for _ in range(2):
        assert STOPPED["en"] in visitor.follow(stop(visitor, page)).said
    assert now(site, customer).change is None


@pytest.mark.parametrize("named", ["", "chg_other"])
def test_only_the_change_that_was_on_the_screen_is_stopped(site: Site, visitor: Visitor, named: str) -> None:
    customer = change(site, effective=True)
    by_code(site, visitor)
    after = visitor.follow(visitor.post(PATH, visitor.get(PATH), change=named))
    assert STOPPED["en"] not in after.said
    assert "Stop the change" in after.said
    assert now(site, customer).change is not None


def test_once_the_hold_is_over_the_former_number_is_nobody_s(site: Site, visitor: Visitor) -> None:
    customer = change(site, effective=True)
    by_code(site, visitor)
    page = visitor.get(PATH)
    world = World(site.adapters)
    world.later(hours=25)
    assert stop(visitor, page).headers["location"] == "/preferences?say=ended"
    assert now(site, customer).tag == World(site.adapters).tag(OTHER_NUMBER)


def test_a_customer_without_a_number_has_a_page_all_the_same(site: Site, customer: Customer, visitor: Visitor) -> None:
    head = now(site, customer)
    site.adapters.store.commit(Replace(head, replace(head.having(None))))
    visitor.follow(visitor.get(site.link(customer)))
    for path in (*OWN, PATH):
        page = visitor.get(path)
        assert page.status == 200
        assert "No number" in page.said


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_whose_number_is_claimed_is_told_so_and_a_code_to_it_is_the_answer(
    site: Site, customer: Customer, inside: Visitor, locale: str
) -> None:
    inside.headers["accept-language"] = locale
    at = site.adapters.clock.now()
    head = now(site, customer)
    site.adapters.store.commit(Replace(head, replace(head, claimed_at=at, claimed_until=at + timedelta(days=7))))
    site.later(minutes=5)
    page = inside.get("/preferences")
    words = {"en": "asked to have it", "zh-CN": "\u7533\u8bf7\u4f7f\u7528\u8be5\u53f7\u7801"}[locale]
    assert words in page.said
    assert unguarded(page) == []
    assert inside.follow(inside.post("/preferences/sign-out", page)).status == 200
    assert words not in by_code(site, inside).said
    assert now(site, customer).verified_at == at + timedelta(minutes=5)


def test_a_claim_whose_time_is_over_is_not_told(site: Site, customer: Customer, inside: Visitor) -> None:
    at, head = site.adapters.clock.now(), now(site, customer)
    site.adapters.store.commit(Replace(head, replace(head, claimed_at=at - timedelta(days=7), claimed_until=at)))
    assert "asked to have it" not in inside.get("/preferences").said
