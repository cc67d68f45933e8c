"""The worlds as fixtures. Each test gets a world of its own; only the engine's process and the issuer are shared."""

import os
from collections.abc import Iterator

import pytest

from chalicelib.domain import due
from infra.local.engine import temporary_engine
from tests.worlds import Issuer, World, engine_world, issuer_in, memory_world, moto_world

# readline, which the tests' processes import, says here how wide a terminal is that is none, and rich keeps to that.
for _name in ("COLUMNS", "LINES"):
    os.environ.pop(_name, None)


@pytest.fixture
def few_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A purge has four shards and not 64: right or wrong in each of them, and much faster to repeat at every call."""
    monkeypatch.setattr(due, "BUCKETS", 4)


@pytest.fixture(scope="session")
def engine_url() -> Iterator[str]:
    """The address of an engine that starts empty and ends with the session."""
    with temporary_engine() as url:
        yield url


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    """Signs the tokens that every AWS world believes."""
    with issuer_in(tmp_path_factory.mktemp("issuer")) as made:
        yield made


@pytest.fixture
def moto(issuer: Issuer) -> Iterator[World]:
    """A world on moto."""
    with moto_world(issuer) as made:
        yield made


@pytest.fixture
def engine(issuer: Issuer, engine_url: str) -> Iterator[World]:
    """A world on the engine."""
    with engine_world(issuer, engine_url) as made:
        yield made


@pytest.fixture(params=["memory", "moto", "engine"])
def world(request: pytest.FixtureRequest) -> World:
    """One world after the other; `on_moto` and its like choose among them."""
    if request.param == "memory":
        return memory_world()
    found: World = request.getfixturevalue(request.param)
    return found
