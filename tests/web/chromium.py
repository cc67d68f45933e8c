"""Debian's Chromium, or Playwright's own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

# As in the Makefile; None leaves the choice to Playwright, which then takes its own.
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, until the block ends."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def listen(page: Page) -> list[str]:
    """What the page's script and its policies complain of from now on."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.extend(_complaint(message)))
    return complaints


def _complaint(message: ConsoleMessage) -> list[str]:
    # The browser logs every refusal by itself; those are the page's to tell.
    is_own = message.type == "error" and "Failed to load resource" not in message.text
    return [message.text] if is_own else []
