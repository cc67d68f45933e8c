"""A world of its own for each test."""

import pytest

from chalicelib.domain.customer import Customer
from tests.services.page import Page
from tests.services.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def page(world: World) -> Page:
    """A browser at the preference centre."""
    return Page(world)


@pytest.fixture
def customer(world: World) -> Customer:
    """A customer who has said nothing yet, and whose phone has received nothing but what the test sends."""
    made = world.customer()
    world.sender.sent.clear()
    return made
