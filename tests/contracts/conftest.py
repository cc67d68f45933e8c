"""The contract suites share one world of each kind per module: every test brings keys of its own."""

from collections.abc import Iterator

import pytest

from chalicelib.adapters import aws
from tests.fakes import NOON
from tests.prove.fixtures import api, direct, served, wide
from tests.worlds import Issuer, World, engine_world, memory_world, moto_world, set_environment

__all__ = ["api", "direct", "served", "wide"]


@pytest.fixture(scope="module", params=["memory", "moto", "engine"])
def world(request: pytest.FixtureRequest, issuer: Issuer) -> Iterator[World]:
    """One world after the other, never two at once: moto answers every client of the process."""
    match request.param:
        case "memory":
            yield memory_world()
        case "moto":
            with moto_world(issuer) as made:
                yield made
        case _:
            with engine_world(issuer, request.getfixturevalue("engine_url")) as made:
                yield made


@pytest.fixture(autouse=True)
def at_noon(request: pytest.FixtureRequest) -> None:
    """Whatever time the test before left, this one begins at noon."""
    if "world" in request.fixturenames:
        request.getfixturevalue("world").clock.at = NOON


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Clients can be made; whatever would leave this machine goes nowhere."""
    set_environment(monkeypatch, "http://127.0.0.1:9")
    yield
    aws.forget()
