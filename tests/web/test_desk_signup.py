"""A person signs up at the desk, in a real browser on a real stack."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.local.stacks import Stack, running

# As in the Makefile; None leaves the choice to Playwright, which then takes its own.
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SIZES = {"phone": (360, 800), "desktop": (1280, 900)}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("desk")) as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture(params=list(SIZES))
def page(request: pytest.FixtureRequest, browser: Browser, stack: Stack) -> Iterator[Page]:
    width, height = SIZES[request.param]
    page = browser.new_page(viewport={"width": width, "height": height})
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.extend(_complaint(message)))
    page.set_default_timeout(10_000)
    page.goto(stack.ports.desk_url)
    yield page
    page.close()
    assert complaints == []


def _complaint(message: ConsoleMessage) -> list[str]:
    # The browser logs every refusal of the API by itself; those are the page's to tell.
    is_own = message.type == "error" and "Failed to load resource" not in message.text
    return [message.text] if is_own else []


def sign_up(page: Page) -> None:
    page.get_by_role("button", name="Pick one for me").click()
    page.get_by_role("button", name="Send a code").click()
    page.get_by_role("button", name=re.compile(r"From the phone: \d{6}")).click()
    page.get_by_role("button", name="Check").click()
    page.get_by_role("button", name="Make the customer").click()
    expect(page.locator("#customer .tag")).to_have_text("active")


def ask(page: Page) -> None:
    """The gate's answer, on whatever hour the test runs; order notices keep no holidays."""
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("#decision b")).to_be_visible()
    move = page.get_by_role("button", name="Move the customer to where it is noon")
    if move.is_visible():
        move.click()
        expect(move).to_be_hidden()


def test_signup_consent_message_reveal_withdraw_close(page: Page) -> None:
    sign_up(page)
    expect(page.locator("#customer .masked")).to_have_text(re.compile(r"\+86\*{9}\d\d"))
    orders = page.locator(".purpose", has_text="Order notices")
    expect(orders.get_by_label("SMS")).not_to_be_checked()
    orders.get_by_label("SMS").check()
    expect(orders.locator(".state")).to_contain_text("Agreed: SMS")
    orders.get_by_label("Call").check()
    expect(orders.locator(".state")).to_contain_text("Agreed: SMS, Call")

    page.get_by_label("Purpose").select_option("order_notice")
    page.get_by_label("Channel").select_option("sms")
    ask(page)
    expect(page.locator("#decision")).to_contain_text("Permitted")
    page.get_by_label("order reference").fill("A-1042")
    page.get_by_label("carrier name").fill("Harbour Post")
    page.get_by_label("delivery date").fill("31 December")
    page.get_by_role("button", name="Send, number unseen").click()
    expect(page.locator("#messages .bubble").last).to_contain_text("order A-1042 is on its way with Harbour Post")

    page.get_by_label("Channel").select_option("call")
    ask(page)
    page.get_by_label("Why the number must be seen").fill("Call back about case A-1042")
    page.get_by_role("button", name="Show the number once").click()
    expect(page.locator(".revealed")).to_have_text(page.locator("#inbox-filter").input_value())

    orders.get_by_label("SMS").uncheck()
    orders.get_by_label("Call").uncheck()
    expect(orders.locator(".state")).to_contain_text("Withdrawn")
    ask(page)
    expect(page.locator("#decision")).to_contain_text("The customer withdrew the consent.")

    page.get_by_role("button", name="Close this account").click()
    expect(page.locator("#customer .tag")).to_have_text("restricted")
    expect(page.locator("#close-outcome")).to_contain_text("It is erased on")


def test_a_wrong_code_says_how_many_tries_are_left(page: Page) -> None:
    page.get_by_role("button", name="Pick one for me").click()
    page.get_by_role("button", name="Send a code").click()
    suggestion = page.get_by_role("button", name=re.compile(r"From the phone: \d{6}"))
    code = (suggestion.text_content() or "")[-6:]
    page.get_by_label("Code").fill(f"{(int(code) + 1) % 1_000_000:06}")
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#prove-outcome")).to_have_text("That is not the code. 4 tries left.")


def test_a_number_that_no_phone_has_is_explained(page: Page) -> None:
    page.get_by_label("Mobile number").fill("12")
    page.get_by_role("button", name="Send a code").click()
    expect(page.locator("#prove-outcome")).to_contain_text("is not a number that any phone can have")


def test_customers_of_last_time_are_offered_again(page: Page) -> None:
    sign_up(page)
    customer = page.locator("#customer .mono").text_content() or ""
    page.reload()
    page.locator("#earlier").select_option(customer)
    expect(page.locator("#customer .mono")).to_have_text(customer)


def test_the_notice_is_shown_with_a_fingerprint_that_was_checked_here(page: Page) -> None:
    sign_up(page)
    marketing = page.locator(".purpose", has_text="Offers and news")
    marketing.get_by_text("Read the notice").click()
    expect(marketing.locator(".notice-text")).to_contain_text("Who we are")
    expect(marketing.locator(".fingerprint")).to_contain_text(re.compile("checked here: SHA-256 [0-9a-f]{64}"))


def test_the_other_language_reaches_notices_and_the_phone(page: Page) -> None:
    page.get_by_label("Language of notices and messages").select_option("zh-CN")
    page.get_by_role("button", name="Pick one for me").click()
    page.get_by_role("button", name="Send a code").click()
    expect(page.locator("#messages .bubble").last).to_contain_text("验证码")


def test_nothing_is_wider_than_the_screen(page: Page) -> None:
    sign_up(page)
    marketing = page.locator(".purpose", has_text="Offers and news")
    marketing.get_by_label("SMS").check()
    expect(marketing.locator(".state")).to_contain_text("Agreed: SMS")
    page.get_by_label("Purpose").select_option("marketing")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("#decision")).to_contain_text("Evidence")
    page.get_by_text("What the API answered").click()
    page.locator(".notice summary").first.click()
    expect(page.locator(".fingerprint")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    # What an ancestor clips does not widen the page, so every text is asked itself.
    sticking_out = """[...document.querySelectorAll("main *, .calls *")]
        .filter(each => each.getBoundingClientRect().right > innerWidth || each.scrollWidth > each.clientWidth + 1)
        .filter(each => getComputedStyle(each).display !== "inline")
        .filter(each => !each.closest("select") && !each.matches(".hidden"))
        .map(each => each.tagName + "." + each.className)"""
    assert page.evaluate(sticking_out) == []


def test_no_token_ever_reaches_the_browser(page: Page, tmp_path: Path) -> None:
    seen: list[str] = []
    page.on("request", lambda request: seen.append(str(request.headers)))
    page.on("response", lambda response: seen.append(str(response.headers)))
    sign_up(page)
    assert seen
    assert not any("eyJ" in text or "authorization" in text.lower() for text in seen)


def test_the_phone_answers_stop_and_is_answered_once(page: Page) -> None:
    expect(page.get_by_label("Reply as this number")).to_be_disabled()
    sign_up(page)
    bubbles, box = page.locator("#messages .bubble"), page.get_by_label("Reply as this number")
    for times in (1, 2):
        box.fill("  stop! ")
        page.locator("#reply-send").click()
        expect(page.locator("#messages .bubble.own")).to_have_count(times)
    expect(bubbles.filter(has_text="you get no more advertising from us")).to_have_count(1)
    expect(bubbles.filter(has_text="stop!").first).to_be_visible()
