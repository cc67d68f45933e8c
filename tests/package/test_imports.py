"""Everything that the application imports, at once or later, comes out of the zip or is Lambda's own boto3."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from infra.package import Package

# boto3 and what it needs: what Lambda's Python runtimes bring along.
OF_LAMBDA = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six")
# Runs without site-packages. A module that is compiled while it is imported has no usable bytecode in the zip.
IMPORTS_ALL = """
import ast, importlib, json, sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

unzipped, of_lambda = Path(sys.argv[1]), sys.argv[2]
sys.path += [str(unzipped), of_lambda]
compiling = SourceFileLoader.source_to_code

def refuse(self, source, path, **options):
    assert not str(path).startswith(str(unzipped)), f"{path} has no bytecode"
    return compiling(self, source, path, **options)

def is_for_types(node):
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"

def statements(node):
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.Import | ast.ImportFrom):
            yield inner
        elif not is_for_types(inner):
            yield from statements(inner)

SourceFileLoader.source_to_code = refuse
sources = [unzipped / "app.py", *sorted(unzipped.glob("chalicelib/**/*.py"))]
for source in sources:
    name = ".".join(source.relative_to(unzipped).with_suffix("").parts).removesuffix(".__init__")
    importlib.import_module(name)
    for statement in statements(ast.parse(source.read_text(encoding="utf-8"))):
        exec(ast.unparse(statement), {})
print(json.dumps(sorted(name for name in sys.modules if "." not in name)))
"""


@pytest.fixture
def unzipped(packaged: Package, tmp_path: Path) -> Path:
    with ZipFile(packaged.archive) as archive:
        archive.extractall(tmp_path / "task")
    return tmp_path / "task"


@pytest.fixture
def of_lambda(tmp_path: Path) -> Path:
    folder = tmp_path / "runtime"
    folder.mkdir()
    for name in OF_LAMBDA:
        found = importlib.util.find_spec(name)
        assert found is not None
        assert found.origin is not None
        origin = Path(found.origin)
        there = origin.parent if origin.name == "__init__.py" else origin
        (folder / there.name).symlink_to(there)
    return folder


def import_all(unzipped: Path, of_lambda: Path) -> subprocess.CompletedProcess[str]:
    """What came of it, in a process that knows these two folders and Python's own library."""
    return subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", IMPORTS_ALL, str(unzipped), str(of_lambda)],
        cwd=unzipped,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_is_missing_and_nothing_is_compiled(unzipped: Path, of_lambda: Path) -> None:
    done = import_all(unzipped, of_lambda)
    assert done.returncode == 0, done.stderr
    loaded = json.loads(done.stdout)
    assert {"app", "aws_lambda_powertools", "botocore", "cryptography", "jwt", "pydantic", "pyotp"} <= set(loaded)
    assert "pytest" not in loaded


@pytest.mark.parametrize(
    "dropped", ["pyotp", "pydantic_core", "cryptography", "aws_lambda_powertools", "typing_inspection"]
)
def test_a_dropped_dependency_is_missed(unzipped: Path, of_lambda: Path, dropped: str) -> None:
    (unzipped / dropped).rename(unzipped.parent / dropped)
    done = import_all(unzipped, of_lambda)
    assert done.returncode != 0
    assert "ModuleNotFoundError" in done.stderr


def test_missing_bytecode_is_missed(unzipped: Path, of_lambda: Path) -> None:
    for pyc in (unzipped / "pyotp/__pycache__").glob("otp.*"):
        pyc.unlink()
    assert "otp.py has no bytecode" in import_all(unzipped, of_lambda).stderr


def test_boto3_is_lambda_s_own(unzipped: Path, tmp_path: Path) -> None:
    assert "No module named 'boto" in import_all(unzipped, tmp_path / "nothing").stderr
