"""Dependencies point inwards, and the check of it can fail."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repo.sources import ROOT, files

LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache"], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_contracts_hold() -> None:
    ran = lint(ROOT)
    assert ran.returncode == 0, ran.stdout
    assert "0 broken" in ran.stdout


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The sources that the contracts speak of, somewhere else."""
    for path in files():
        if path.parts[0] in ("chalicelib", "infra", "pyproject.toml"):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, tmp_path / path)
    return tmp_path


@pytest.mark.parametrize(
    ("module", "added"),
    [
        ("chalicelib/domain/customer.py", "import boto3"),
        ("chalicelib/services/throttle.py", "import phonenumbers"),
        ("chalicelib/domain/claim.py", "import chalicelib.ports"),
        ("chalicelib/adapters/clock.py", "import chalicelib.services.throttle"),
    ],
)
def test_a_forbidden_import_breaks_them(copied: Path, module: str, added: str) -> None:
    with (copied / module).open("a") as file:
        file.write(f"\n{added}  # noqa\n")
    ran = lint(copied)
    assert ran.returncode != 0
    assert "broken" in ran.stdout
    assert "0 broken" not in ran.stdout
