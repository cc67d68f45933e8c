"""The package, built once for all workers of a run."""

import fcntl

import pytest

from infra.package import Package, lambda_runtime, package
from tests.package.contents import PYTHON


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Package:
    """What `python -m infra.package` makes of the sources; the wheels come from the package index."""
    own = tmp_path_factory.getbasetemp()
    out = (own if worker_id == "master" else own.parent) / "package"
    out.mkdir(exist_ok=True)
    with (out / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = Package(out / "template.yaml", out / "deployment.zip", lambda_runtime(PYTHON))
        # Written last.
        if not made.template.exists():
            made = package(out)
    return made
