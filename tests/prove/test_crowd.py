"""64 connections at once: nobody ever gets an answer of somebody else's, and no connection is lost."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from app import app
from tests.prove.api import Api
from tests.prove.crowd import crowd


def test_64_connections_for_30_seconds(served: Api) -> None:
    members = crowd(served, connections=64, seconds=30)
    assert [member.foreign for member in members if member.foreign] == []
    assert [member.failures for member in members if member.failures] == []
    assert all(member.answers >= 8 for member in members), "everybody had a turn"


@pytest.fixture
def one_request_for_all() -> Iterator[None]:
    """Chalice as it is by itself: the current request is one attribute that all threads share."""
    shared: dict[str, Any] = {}

    class Shared(type(app)):  # type: ignore[misc]
        @property
        def current_request(self) -> Any:
            # Long enough for another thread's request to come in between.
            time.sleep(0.002)
            return shared.get("request")

        @current_request.setter
        def current_request(self, value: Any) -> None:
            shared["request"] = value

    safe = app.__class__
    app.__class__ = Shared
    yield
    app.__class__ = safe


@pytest.mark.usefixtures("one_request_for_all")
def test_the_crowd_would_notice(served: Api) -> None:
    members = crowd(served, connections=16, seconds=2)
    assert any(member.foreign or member.failures for member in members)
