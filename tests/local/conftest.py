"""Sessions on the two stand-ins."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from infra.local.engine import temporary_engine
from tests.local.stand_ins import StandIn, a_session


@pytest.fixture(scope="session")
def engine_url() -> Iterator[str]:
    with temporary_engine() as url:
        yield url


@pytest.fixture(params=["moto", "engine"])
def stand_in(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    if request.param == "engine":
        yield StandIn(a_session(), request.getfixturevalue("engine_url"), keeps_recovery_period=False)
        return
    with mock_aws():
        yield StandIn(a_session(), None, keeps_recovery_period=True)
