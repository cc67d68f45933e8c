"""Somebody at a real browser, who reads what the page says in their language."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from chalicelib.domain.customer import Customer
from chalicelib.domain.gate import ContactQuestion
from chalicelib.entrypoints.web.words import words
from tests.fakes import bearer, caller
from tests.web.preference_site import Site

SIZES = {"phone": (360, 800), "desktop": (1280, 900)}
STAFF = caller("staff", "call-centre", "ann")


@dataclass
class Person:
    """Somebody at a browser.

    Attributes:
        t: the page's words in their language.
        titles: the notices' titles by purpose.
    """

    page: Page
    site: Site
    t: Any
    titles: dict[str, str]

    def go(self, path: str = "") -> None:
        self.page.goto(f"{self.site.url}/preferences{path}")

    def purpose(self, name: str) -> Any:
        return self.page.locator(f"article#{name}")

    def switch(self, purpose: str, channel: str) -> Any:
        name = f"{self.t['channel'][channel]}{self.t['form']['list_comma']}{self.titles[purpose]}"
        return self.page.get_by_role("switch", name=name, exact=True)

    def button(self, text: str) -> Any:
        return self.page.get_by_role("button", name=text)

    def title(self) -> Any:
        return self.page.get_by_role("heading", level=1)

    def sign_in(self, leads_to: str | None = None) -> None:
        """By the code on the phone.

        Args:
            leads_to: the title of the page then; None for the choices'.
        """
        self.go()
        self.page.get_by_label(self.t["number"]["label"]).fill("+86 138 0013 8000")
        self.button(self.t["number"]["send"]).click()
        expect(self.title()).to_have_text(self.t["code"]["title"])
        self.site.work()
        self.page.get_by_label(self.t["code"]["label"]).press_sequentially(self.site.code())
        self.button(self.t["code"]["go"]).click()
        expect(self.title()).to_have_text(leads_to or self.t["choices"]["title"])

    def enter(self, customer: Customer) -> None:
        """By the wallet's link."""
        self.page.goto(self.site.link(customer))
        expect(self.title()).to_have_text(self.t["choices"]["title"])


def context_of(browser: Browser, locale: str, *, script: bool, size: str, scheme: str = "light") -> BrowserContext:
    width, height = SIZES[size]
    return browser.new_context(
        viewport={"width": width, "height": height},
        locale=locale,
        java_script_enabled=script,
        color_scheme="dark" if scheme == "dark" else "light",
        timezone_id="Asia/Shanghai",
    )


def person_of(page: Page, site: Site, locale: str) -> Person:
    policy = site.ringfence.policy
    titles = {name: policy.notices[name, 1, locale].title for name in policy.rules.purposes}
    page.set_default_timeout(10_000)
    return Person(page, site, words(locale), titles)


def with_a_past(site: Site) -> Customer:
    """A customer who agreed, refused, and was called."""
    made = site.customer()
    site.say(made, "marketing", "given", "sms", "app")
    site.say(made, "satisfaction_survey", "refused")
    answer = site.ringfence.decide_contact(STAFF, ContactQuestion(made.id, "account_security", "call"), None)
    assert answer.token is not None
    site.ringfence.strongroom.reveal(bearer(STAFF), answer.token, "Call back about a blocked card", None)
    return made
