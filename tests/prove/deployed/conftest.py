"""One deployment for the whole suite: bringing it up takes longer than most that is done with it."""

from collections.abc import Iterator

import pytest

from tests.prove.deployed.deployment import Deployment, deployed


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The application, packaged and deployed on a stack of its own."""
    with deployed(tmp_path_factory.mktemp("deployed")) as made:
        yield made
