"""A world of its own for each test."""

import pytest

from tests.services.world import World


@pytest.fixture
def world() -> World:
    return World()
