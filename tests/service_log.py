"""The service's log as a fixture, for the suites that ask for it in their conftest.py."""

import io
import logging
from collections.abc import Iterator

import pytest

from chalicelib.entrypoints.log import logger

__all__ = ["log"]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that the service's logger writes; Chalice's own logger has the same name and writes there too."""
    handler = logger().registered_handler
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    stream = handler.setStream(written)
    yield written
    handler.setStream(stream)
