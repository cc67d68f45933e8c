"""The API of a world as a fixture, for the suites that ask for it in their conftest.py."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.prove.api import Api, api_in_process, api_over_http
from tests.worlds import Issuer, engine_world, moto_world, widened_policy

__all__ = ["api", "direct", "served", "wide"]


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    """A policy that throttles nothing that a test does."""
    return widened_policy(tmp_path)


@pytest.fixture
def served(issuer: Issuer, engine_url: str, wide: Path) -> Iterator[Api]:
    """The API on the engine, behind the local server."""
    with engine_world(issuer, engine_url, wide) as world, api_over_http(world) as made:
        yield made


@pytest.fixture
def direct(issuer: Issuer, wide: Path) -> Iterator[Api]:
    """The API on moto, in this process."""
    with moto_world(issuer, wide) as world:
        yield api_in_process(world)


@pytest.fixture(params=["served", "direct"])
def api(request: pytest.FixtureRequest) -> Api:
    """The API on each stand-in."""
    made: Api = request.getfixturevalue(request.param)
    return made
