"""Nobody is kept out of any page: axe, small screens, fingers, the keyboard, and those whom motion makes ill."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from chalicelib.domain.customer import Customer
from tests.services.moving import begun
from tests.services.world import World
from tests.web.chromium import listen
from tests.web.person import SIZES, Person, context_of, person_of
from tests.web.preference_site import NUMBER, Site


def walk(person: Person, customer: Customer) -> Iterator[str]:
    """Every page that there is."""
    page, t = person.page, person.t
    person.go()
    yield "number"
    page.get_by_label(t["number"]["label"]).fill("12")
    person.button(t["number"]["send"]).click()
    yield "wrong number"
    page.get_by_label(t["number"]["label"]).fill(NUMBER)
    person.button(t["number"]["send"]).click()
    expect(person.title()).to_have_text(t["code"]["title"])
    yield "code"
    page.get_by_label(t["code"]["label"]).fill("123")
    person.button(t["code"]["go"]).click()
    yield "wrong code"
    person.site.work()
    page.get_by_label(t["code"]["label"]).press_sequentially(person.site.code())
    person.button(t["code"]["go"]).click()
    expect(person.title()).to_have_text(t["choices"]["title"])
    yield "weak choices"
    person.go("/history")
    yield "weak"
    person.enter(customer)
    person.switch("order_notice", "sms").click()
    expect(person.switch("order_notice", "sms")).to_have_attribute("aria-checked", "true")
    for notice in page.locator("details").all():
        notice.locator("summary").click()
    yield "choices"
    for section in ("history", "access-log", "account", "erasure"):
        person.go(f"/{section}")
        yield section
    link = person.site.ringfence.issue_export_link(customer.id, "page", None)
    person.go(f"/record-once?token={link.token}")
    yield "link to everything"
    person.button(t["record"]["open"]).click()
    expect(page.locator("main dl").first).to_be_visible()
    yield "everything"
    world = World(person.site.adapters)
    begun(world, world.row(Customer, customer.id))
    person.go()
    yield "choices while the number changes"
    person.go("/number-change")
    yield "number change"
    person.go("/code/vrf_" + "0" * 32)
    yield "sorry"
    person.go("/erasure")
    person.button(t["erasure"]["go"]).click()
    yield "erased"


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_keeps_anybody_out(
    browser: Browser, site: Site, customer: Customer, locale: str, scheme: str, size: str
) -> None:
    context = context_of(browser, locale, script=True, size=size, scheme=scheme)
    page = context.new_page()
    complaints = listen(page)
    seen = []
    for name in walk(person_of(page, site, locale), customer):
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        assert _sticking_out(page) == [], name
        assert _small_targets(page) == [], name
        seen.append(name)
    assert len(seen) == 17
    context.close()
    assert complaints == []


def _sticking_out(page: Page) -> Any:
    # What an ancestor clips does not widen the page, so every text is asked itself.
    return page.evaluate(
        """[...document.querySelectorAll("header *, main *, aside *")]
        .filter(each => !each.closest(".hidden, .what, svg") && getComputedStyle(each).display !== "inline")
        .filter(each => each.getBoundingClientRect().right > innerWidth || each.scrollWidth > each.clientWidth + 1)
        .map(each => each.tagName + "." + each.className)"""
    )


def _small_targets(page: Page) -> Any:
    # WCAG 2.2, 2.5.5: 44 pixels.
    return page.evaluate(
        """[...document.querySelectorAll("a, button, summary, input:not([type=hidden])")]
        .filter(each => !each.matches(".skip") && !each.closest(".text"))
        .filter(each => each.getBoundingClientRect().height < 44)
        .map(each => each.outerHTML.slice(0, 80))"""
    )


def test_without_motion_nothing_moves(browser: Browser, site: Site, customer: Customer) -> None:
    context = browser.new_context(locale="en", reduced_motion="reduce")
    person = person_of(context.new_page(), site, "en")
    person.enter(customer)
    moving = """[...document.querySelectorAll("*")]
        .filter(each => getComputedStyle(each).transitionDuration !== "0s").length"""
    assert person.page.evaluate(moving) == 0
    context.close()


def test_by_keyboard_alone(browser: Browser, site: Site, customer: Customer) -> None:
    context = context_of(browser, "en", script=True, size="desktop")
    person = person_of(context.new_page(), site, "en")
    person.go()
    person.page.keyboard.press("Tab")
    expect(person.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    person.enter(customer)
    switch = person.switch("order_notice", "sms")
    for _ in range(40):
        if switch.evaluate("each => each === document.activeElement"):
            break
        person.page.keyboard.press("Tab")
    outline = switch.evaluate("each => getComputedStyle(each).outlineStyle + getComputedStyle(each).outlineWidth")
    assert outline == "solid3px"
    person.page.keyboard.press("Space")
    expect(switch).to_have_attribute("aria-checked", "true")
    context.close()
