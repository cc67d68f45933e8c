"""The preference centre on a real stack: the desk's link leads in, and codes come by queue and worker."""

import json
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.local.places import Ports
from tests.local.stacks import Stack, running
from tests.web.chromium import chromium, listen

WITHIN_SECONDS = 20


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("preferences")) as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en")
    page = context.new_page()
    complaints = listen(page)
    page.set_default_timeout(15_000)
    yield page
    context.close()
    assert complaints == []


def messages(ports: Ports) -> list[Any]:
    with urllib.request.urlopen(f"{ports.desk_url}/inbox.json", timeout=10) as answer:
        found: list[Any] = json.load(answer)
    return found


def next_message(ports: Ports, before: int) -> Any:
    for _ in range(WITHIN_SECONDS * 5):
        found = messages(ports)
        if len(found) > before:
            return found[-1]
        time.sleep(0.2)
    raise AssertionError("no SMS came")


def test_from_the_desk_and_back_by_code(stack: Stack, page: Page) -> None:
    page.goto(stack.ports.desk_url)
    page.get_by_role("button", name="Pick one for me").click()
    page.get_by_role("button", name="Send a code").click()
    page.get_by_role("button", name="From the phone").click()
    page.get_by_role("button", name="Check").click()
    page.get_by_role("button", name="Make the customer").click()
    number = messages(stack.ports)[-1]["to"]
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Their own page").click()
    own = popup.value
    complaints = listen(own)
    expect(own.get_by_role("heading", level=1)).to_have_text("Your privacy choices")
    own.get_by_role("switch", name="Text message, Offers and news").click()
    expect(own.locator("#marketing .word")).to_contain_text("Agreed on")
    own.get_by_role("link", name="History").click()
    expect(own.locator(".timeline h2")).to_have_text("Agreed to Offers and news")
    own.get_by_role("button", name="Sign out").click()

    before = len(messages(stack.ports))
    own.get_by_label("Mobile number").fill(number)
    own.get_by_role("button", name="Send me a code").click()
    expect(own.get_by_label("Six-digit code")).to_be_visible()
    sms = next_message(stack.ports, before)
    assert sms["to"] == number
    own.get_by_label("Six-digit code").fill(sms["body"][-6:])
    expect(own.get_by_role("heading", level=1)).to_have_text("Your privacy choices")
    own.get_by_role("button", name="Withdraw").click()
    expect(own.locator("#marketing .word")).to_contain_text("Withdrawn on")

    page.reload()
    assert complaints == []


def test_a_stranger_s_number_gets_no_sms(stack: Stack, page: Page) -> None:
    before = len(messages(stack.ports))
    page.goto(f"{stack.ports.api_url}/preferences")
    page.get_by_label("Mobile number").fill("+86 139 1234 5678")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Six-digit code").fill("000000")
    expect(page.get_by_role("alert")).to_have_text("That is not the code. Tries left: 4.")
    # As long as the worker takes for a customer's, and longer.
    time.sleep(3)
    assert len(messages(stack.ports)) == before
