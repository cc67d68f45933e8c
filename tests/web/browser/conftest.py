"""The preference centre over HTTP, and a browser for it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from chalicelib.domain.customer import Customer
from tests.web.chromium import chromium
from tests.web.person import with_a_past
from tests.web.preference_site import Site, served_site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def site() -> Iterator[Site]:
    """The page on a port of its own."""
    with served_site() as made:
        yield made


@pytest.fixture
def customer(site: Site) -> Customer:
    """A customer who has said and seen something."""
    return with_a_past(site)


@pytest.fixture(params=["en", "zh-CN"])
def locale(request: pytest.FixtureRequest) -> str:
    return str(request.param)
