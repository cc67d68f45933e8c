"""A customer's whole way through the preference centre in a browser, in both languages, with and without script."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from chalicelib.domain.customer import Customer
from chalicelib.entrypoints.web.words import words
from tests.services.moving import moving
from tests.services.world import World
from tests.web.chromium import listen
from tests.web.person import Person, context_of, person_of
from tests.web.preference_site import NUMBER, Site


@pytest.fixture(params=["script", "plain"])
def script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "script")


@pytest.fixture
def person(browser: Browser, site: Site, locale: str, script: bool) -> Iterator[Person]:
    context = context_of(browser, locale, script=script, size="phone")
    page = context.new_page()
    complaints = listen(page)
    yield person_of(page, site, locale)
    context.close()
    assert complaints == []


def test_by_code_one_sees_everything_and_can_stop_it(site: Site, customer: Customer, person: Person) -> None:
    t = person.t
    person.sign_in()
    expect(person.page.locator("html")).to_have_attribute("lang", re.compile("en|zh-CN"))
    marketing = person.purpose("marketing")
    marketing.locator("summary").click()
    expect(marketing.locator(".text h4").first).to_be_visible()
    expect(person.page.get_by_role("switch")).to_have_count(0)
    marketing.get_by_role("button", name=t["choices"]["withdraw"]).click()
    expect(marketing.locator(".word")).to_contain_text(t["choices"]["word"]["withdrawn"].partition("{day}")[0])
    expect(marketing.get_by_role("button")).to_have_count(0)
    person.button(t["choices"]["refuse_all"]).click()
    expect(person.page.locator("section[aria-labelledby=optional] > .saved")).to_have_text(t["choices"]["refused_all"])
    states = site.ringfence.store.get(Customer, customer.id)
    assert states is not None
    assert {it.decision for it in states.consents.values()} == {"withdrawn", "refused"}
    assert len(states.consents) == 5
    for section in ("history", "access_log", "account"):
        person.page.get_by_role("link", name=t["nav"][section], exact=True).click()
        expect(person.title()).to_have_text(t["weak"]["title"])
        person.page.get_by_role("link", name=t["weak"]["back"]).click()
    person.button(t["page"]["leave"]).click()
    expect(person.page.get_by_role("status")).to_have_text(t["number"]["notes"]["left"])


def test_from_the_app_one_can_do_everything(site: Site, customer: Customer, person: Person) -> None:
    t = person.t
    person.enter(customer)
    expect(person.switch("marketing", "sms")).to_have_attribute("aria-checked", "true")
    # To give is one tap, and so is to take it back.
    person.switch("order_notice", "call").click()
    expect(person.switch("order_notice", "call")).to_have_attribute("aria-checked", "true")
    person.switch("order_notice", "call").click()
    expect(person.switch("order_notice", "call")).to_have_attribute("aria-checked", "false")
    person.switch("marketing", "call").click()
    expect(person.switch("marketing", "call")).to_have_attribute("aria-checked", "true")
    said = [(it.purpose, it.event_type, it.channels) for it in site.ringfence.history(customer.id)[2:]]
    assert said == [
        ("order_notice", "given", ("call",)),
        ("order_notice", "withdrawn", ()),
        ("marketing", "given", ("sms", "call", "app")),
    ]
    person.page.get_by_role("link", name=t["nav"]["history"], exact=True).click()
    newest = t["history"]["given"].format(purpose=person.titles["marketing"])
    expect(person.page.locator(".timeline h2").first).to_have_text(newest)
    person.page.get_by_role("link", name=t["nav"]["access_log"], exact=True).click()
    openings = person.page.get_by_role("region", name=t["access_log"]["openings"])
    expect(openings.get_by_role("heading", level=3)).to_have_text(t["access_log"]["action"]["reveal"])
    expect(openings.locator(".reason")).to_contain_text("Call back about a blocked card")
    questions = person.page.get_by_role("region", name=t["access_log"]["questions"])
    expect(questions.get_by_role("heading", level=3)).to_have_text(t["access_log"]["question"]["call"])
    person.page.get_by_role("link", name=t["nav"]["account"], exact=True).click()
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name=t["account"]["download_go"]).click()
    assert download.value.suggested_filename == "ringfence-export.json"
    person.page.get_by_role("link", name=t["account"]["erase_go"]).click()
    person.button(t["erasure"]["go"]).click()
    expect(person.title()).to_have_text(t["erased"]["title"])
    closed = site.ringfence.store.get(Customer, customer.id)
    assert closed is not None
    assert closed.status == "restricted"
    person.go()
    expect(person.title()).to_have_text(t["number"]["title"])


def test_the_former_number_stops_a_change_by_one_tap(site: Site, person: Person) -> None:
    t = person.t
    customer = moving(World(site.adapters), effective=True, number=NUMBER)
    person.sign_in(t["number_change"]["title"])
    expect(person.page.get_by_role("navigation", name=t["page"]["sections"])).to_have_count(0)
    person.button(t["number_change"]["stop"]).click()
    expect(person.page.get_by_role("status")).to_have_text(t["number_change"]["stopped"])
    expect(person.button(t["number_change"]["stop"])).to_have_count(0)
    head = site.ringfence.store.get(Customer, customer.id)
    assert head is not None
    assert head.change is None
    assert head.held == (customer.change and customer.change.other)
    person.button(t["page"]["leave"]).click()
    expect(person.page.get_by_role("status")).to_have_text(t["number"]["notes"]["left"])


def test_the_language_is_switched_in_place(site: Site, customer: Customer, person: Person) -> None:
    person.enter(customer)
    person.go("/history")
    for locale, language in (("zh-CN", "中文"), ("en", "English")):
        person.page.get_by_role("link", name=language).click()
        expect(person.title()).to_have_text(words(locale)["history"]["title"])


def test_with_script_the_page_stays_where_it_is(browser: Browser, site: Site, customer: Customer) -> None:
    context = context_of(browser, "en", script=True, size="phone")
    page = context.new_page()
    complaints = listen(page)
    person = person_of(page, site, "en")
    person.enter(customer)
    person.purpose("support_follow_up").locator("summary").click()
    switch = person.switch("support_follow_up", "app")
    switch.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    page.evaluate("window.stayed = true")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(switch).to_be_focused()
    expect(person.purpose("support_follow_up").get_by_role("status")).to_have_text("Saved")
    expect(person.purpose("support_follow_up").locator("details")).to_have_attribute("open", "")
    assert page.evaluate("window.stayed")
    assert abs(page.evaluate("scrollY") - before) < 60
    # What came from Shanghai's noon and is shown in UTC without a script.
    expect(page.locator("time.clock")).to_have_text("20:15")
    context.close()
    assert complaints == []


def test_a_pasted_code_needs_no_button(browser: Browser, site: Site, customer: Customer) -> None:
    context = context_of(browser, "en", script=True, size="phone")
    person = person_of(context.new_page(), site, "en")
    person.go()
    person.page.get_by_label("Mobile number").fill(NUMBER)
    person.button("Send me a code").click()
    expect(person.page.get_by_label("Six-digit code")).to_have_attribute("autocomplete", "one-time-code")
    site.work()
    person.page.get_by_label("Six-digit code").fill(site.code())
    expect(person.title()).to_have_text("Your privacy choices")
    context.close()
