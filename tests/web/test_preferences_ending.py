"""Whose contract has ended sees on the page why their number is kept and until when, and nothing to choose."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.holds import CaseHold
from chalicelib.domain.writes import Replace
from tests.fakes import NOON, caller
from tests.web.preference_site import Site
from tests.web.visitor import Reply, Visitor
from tests.web.ways import OWN, unguarded

TITLES = {"en": "Your account is closed", "zh-CN": "\u60a8\u7684\u8d26\u6237\u5df2\u6ce8\u9500"}


def law_on(site: Site) -> None:
    rules = site.ringfence.policy.rules
    on = {name: replace(hold, on=name == "e_commerce") for name, hold in rules.holds.items()}
    site.adapters.policy = replace(site.ringfence.policy, rules=replace(rules, holds=on))


def entered(site: Site, customer: Customer, visitor: Visitor) -> Reply:
    """What the wallet's link leads to."""
    home = visitor.follow(visitor.get(site.link(customer)))
    assert home.headers["location"] == "/preferences/ending"
    return visitor.follow(home)


def with_case(site: Site, customer: Customer) -> None:
    found: Any = site.adapters.store.get(Customer, customer.id)
    case = CaseHold("hold_1", "ann", "a dispute", NOON, NOON + timedelta(days=1))
    site.adapters.store.commit(Replace(found, replace(found, cases=(case,))))


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_the_law_is_named_with_its_day(site: Site, customer: Customer, visitor: Visitor, locale: str) -> None:
    visitor.headers["accept-language"] = locale
    law_on(site)
    site.ringfence.close_customer(customer.id, None)
    page = entered(site, customer, visitor)
    day = {"en": "21 Nov 2029", "zh-CN": "2029\u5e7411\u670821\u65e5"}[locale]
    assert (page.status, page.title, unguarded(page)) == (200, TITLES[locale], [])
    assert "\u7535\u5b50\u5546\u52a1\u6cd5 31" in page.said
    assert page.said.count(day) == 2


def test_without_a_law_there_is_the_day_of_the_purge_alone(site: Site, customer: Customer, visitor: Visitor) -> None:
    site.ringfence.close_customer(customer.id, None)
    page = entered(site, customer, visitor)
    assert "Your number is erased after 21 Dec 2026." in page.said
    assert "<li>" not in page.text.partition("<main")[2].partition("</main>")[0]


def test_of_a_case_neither_reason_nor_day_is_told(site: Site, customer: Customer, visitor: Visitor) -> None:
    site.ringfence.close_customer(customer.id, None)
    with_case(site, customer)
    page = entered(site, customer, visitor)
    assert "An open case keeps your number from being erased." in page.said
    for hidden in ("a dispute", "ann ", "erased after"):
        assert hidden not in page.said


def test_all_that_is_held_can_still_be_read_and_nothing_else(site: Site, customer: Customer, visitor: Visitor) -> None:
    site.ringfence.close_customer(customer.id, None)
    page = entered(site, customer, visitor)
    for path in ("/preferences/record", "/preferences/export"):
        assert path in page.text
        assert customer.id in visitor.get(path).text
    for path in OWN[1:]:
        assert visitor.get(path).status == 403
    assert visitor.get("/preferences").headers["location"] == "/preferences/ending"
    assert visitor.send("/preferences/erasure", {"form_token": page.hidden("form_token")}).status == 403
    visitor.post("/preferences/sign-out", page)
    assert visitor.get("/preferences/ending").headers["location"] == "/preferences?say=ended"


def test_an_erased_customer_is_told_so(site: Site, customer: Customer, visitor: Visitor) -> None:
    site.ringfence.erase_customer(caller("customer"), customer.id, False, None)
    page = entered(site, customer, visitor)
    assert "Your number was erased on 21 Nov 2026." in page.said
    assert "No number" in page.said


def test_before_closing_the_page_says_what_would_keep_the_number(
    site: Site, customer: Customer, inside: Visitor
) -> None:
    law_on(site)
    page = inside.get("/preferences/erasure")
    assert "\u7535\u5b50\u5546\u52a1\u6cd5 31, until 21 Nov 2029" in page.said
    assert "On 21 Nov 2029" in page.said
    assert "21 Dec 2026" not in page.said
    with_case(site, customer)
    page = inside.get("/preferences/erasure")
    assert "When the case is closed" in page.said
    assert page.status == 200
