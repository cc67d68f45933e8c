"""The API on fresh fakes for each test, its log in memory."""

import io
from collections.abc import Iterator

import pytest

import app as application
from chalicelib.adapters.policy_files import read_policy
from chalicelib.domain.policy import Policy
from chalicelib.entrypoints.api.problems import gateway_problem
from infra.local.gateway import Gateway
from tests.api.world import CUSTOMER_ID, Api
from tests.fakes import POLICY_FOLDER, MemoryAdapters
from tests.service_log import log

__all__ = ["log"]


@pytest.fixture(scope="session")
def policy() -> Policy:
    return read_policy(POLICY_FOLDER)


@pytest.fixture(scope="session")
def gateway() -> Gateway:
    return Gateway(application.app, lambda *refusal: _texts(*gateway_problem(*refusal)))


def _texts(status: int, headers: dict[str, str | list[str]], body: str) -> tuple[int, dict[str, str], str]:
    return status, {name: str(value) for name, value in headers.items()}, body


@pytest.fixture
def adapters(policy: Policy) -> MemoryAdapters:
    return MemoryAdapters(policy=policy)


@pytest.fixture
def api(adapters: MemoryAdapters, gateway: Gateway, log: io.StringIO) -> Iterator[Api]:
    """The API; whatever the test did, no number and no code may be in the log afterwards."""
    served = Api(adapters, gateway, log)
    yield served
    served.require_silent_log()


@pytest.fixture
def customer_id(api: Api) -> str:
    """A customer who holds the number and has said nothing yet."""
    return api.bound(CUSTOMER_ID)
