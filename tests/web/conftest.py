"""The preference centre on fresh fakes for each test."""

import io
from collections.abc import Iterator

import pytest

from chalicelib.domain.customer import Customer
from tests.service_log import log
from tests.web.preference_site import Site, gateway, memory_site
from tests.web.visitor import Visitor

__all__ = ["log"]


@pytest.fixture
def site(log: io.StringIO) -> Iterator[Site]:
    """The page; whatever the test did, no number and no code may be in the log afterwards."""
    made = memory_site()
    yield made
    for sms in made.adapters.sender.sent:
        assert sms.number[3:] not in log.getvalue()
        assert f'"{sms.body[-6:]}"' not in log.getvalue()


@pytest.fixture
def customer(site: Site) -> Customer:
    """A customer who has said nothing yet."""
    return site.customer()


@pytest.fixture
def visitor(site: Site) -> Visitor:
    """A browser that has never been here."""
    return Visitor(gateway())


@pytest.fixture
def inside(site: Site, customer: Customer, visitor: Visitor) -> Visitor:
    """A browser with a strong session."""
    visitor.follow(visitor.get(site.link(customer)))
    return visitor
