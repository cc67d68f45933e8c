"""What a second tap does, and one that comes too late or gets no answer, where the page's script runs."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from chalicelib.domain.customer import Customer
from tests.web.chromium import listen
from tests.web.person import Person, context_of, person_of
from tests.web.preference_site import NUMBER, Site

SAVED = 2


@pytest.fixture
def person(browser: Browser, site: Site) -> Iterator[Person]:
    context = context_of(browser, "en", script=True, size="desktop")
    page = context.new_page()
    complaints = listen(page)
    yield person_of(page, site, "en")
    context.close()
    assert complaints == []


# Nothing leaves the page, so that it is still there for the second tap.
COUNT = """() => {
  window.sent = 0;
  addEventListener("submit", event => {
    if (!event.defaultPrevented) window.sent += 1;
    event.preventDefault();
  });
}"""
LOSE = """() => {
  const whole = window.fetch;
  window.fetch = async (...request) => { await whole(...request); throw new TypeError("lost"); };
  window.mend = () => { window.fetch = whole; };
}"""


def sent_by_taps(person: Person, button: str) -> tuple[int, int]:
    """How many forms a double tap sent, and how many were sent once the page was come back to and tapped again."""
    page = person.page
    page.evaluate(COUNT)
    person.button(button).dblclick()
    by_double_tap = page.evaluate("sent")
    page.evaluate("dispatchEvent(new Event('pageshow'))")
    person.button(button).click()
    return by_double_tap, page.evaluate("sent")


def test_a_second_tap_sends_no_second_form(site: Site, customer: Customer, person: Person) -> None:
    t, page = person.t, person.page
    person.go()
    page.get_by_label(t["number"]["label"]).fill(NUMBER)
    assert sent_by_taps(person, t["number"]["send"]) == (1, 2)
    page.reload()
    page.get_by_label(t["number"]["label"]).fill(NUMBER)
    person.button(t["number"]["send"]).click()
    page.get_by_label(t["code"]["label"]).press_sequentially("123456")
    assert sent_by_taps(person, t["code"]["go"]) == (1, 2)
    person.enter(customer)
    person.go("/erasure")
    assert sent_by_taps(person, t["erasure"]["go"]) == (1, 2)


def test_a_tap_after_the_session_s_end_leaves_nothing_of_the_old_page(
    site: Site, customer: Customer, person: Person
) -> None:
    person.enter(customer)
    site.later(minutes=16)
    person.switch("marketing", "call").click()
    expect(person.title()).to_have_text(person.t["number"]["title"])
    expect(person.page.get_by_role("status")).to_have_text(person.t["number"]["notes"]["ended"])
    expect(person.page.locator("aside")).to_have_count(0)
    expect(person.title()).to_be_focused()
    assert person.page.url.endswith("/preferences?say=ended")
    # It is the whole page, and works as one.
    person.page.get_by_label(person.t["number"]["label"]).fill(NUMBER)
    person.button(person.t["number"]["send"]).click()
    expect(person.title()).to_have_text(person.t["code"]["title"])


def test_a_tap_without_an_answer_is_told_and_counts_once(site: Site, customer: Customer, person: Person) -> None:
    person.enter(customer)
    person.page.evaluate(LOSE)
    switch = person.switch("order_notice", "sms")
    for _ in range(2):
        switch.click()
        expect(person.purpose("order_notice").get_by_role("alert")).to_have_text(person.t["choices"]["unsaved"])
        expect(switch).not_to_have_attribute("aria-busy", "true")
    person.page.evaluate("mend()")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(person.page.get_by_role("alert")).to_have_count(0)
    assert len(site.ringfence.history(customer.id)) == SAVED + 1
