"""A finished zip: what is left out, and the same bytes for the same files."""

import hashlib
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import pytest

from infra.deployment_zip import DoesNotCompile, belongs, finish
from infra.package import Package

FILES = {
    "app.py": b"def app(event):\n    return event['name'] in {'a', 'b', 'c'}\n",
    "chalicelib/__init__.py": b"",
    "chalicelib/policy/policy.toml": b"[codes]\n",
    "pyotp-2.0.dist-info/METADATA": b"Name: pyotp\n",
}


def raw_zip(path: Path, names: list[str], year: int) -> Path:
    with ZipFile(path, "w") as archive:
        for name in names:
            entry = ZipInfo(name, (year, 5, 6, 7, 8, 10))
            entry.external_attr = 0o100600 << 16
            archive.writestr(entry, FILES[name])
    return path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_order_times_and_modes_make_no_difference(tmp_path: Path) -> None:
    finish(raw_zip(tmp_path / "one", list(FILES), 2026), tmp_path / "one.zip")
    finish(raw_zip(tmp_path / "other", list(FILES)[::-1], 2001), tmp_path / "other.zip")
    assert digest(tmp_path / "one.zip") == digest(tmp_path / "other.zip")


def test_the_whole_package_comes_out_the_same_again(packaged: Package, tmp_path: Path) -> None:
    finish(packaged.archive, tmp_path / "again.zip")
    assert digest(tmp_path / "again.zip") == digest(packaged.archive)


def test_bytecode_that_came_along_is_not_believed(tmp_path: Path) -> None:
    with ZipFile(raw_zip(tmp_path / "raw", list(FILES), 2026), "a") as archive:
        archive.writestr("__pycache__/app.cpython-311.pyc", b"of another machine")
        archive.writestr("chalicelib/__pycache__/gone.cpython-311.pyc", b"of a source that is gone")
    finish(tmp_path / "raw", tmp_path / "stale.zip")
    finish(raw_zip(tmp_path / "fresh", list(FILES), 2026), tmp_path / "fresh.zip")
    assert digest(tmp_path / "stale.zip") == digest(tmp_path / "fresh.zip")


def test_a_source_that_is_no_python_stops_the_package(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "raw", "w") as archive:
        archive.writestr("chalicelib/policy/broken.py", "def (:\n")
    with pytest.raises(DoesNotCompile, match=r"broken\.py"):
        finish(tmp_path / "raw", tmp_path / "finished.zip")


@pytest.mark.parametrize(
    "name",
    [
        "chalicelib/",
        "chalicelib/__pycache__/settings.cpython-311.pyc",
        "jwt/tests/keys.py",
        "jmespath-1.1.0.data/scripts/jp.py",
        "phonenumbers/geodata/data0.py",
        "phonenumbers/carrierdata/data0.py",
        "pydantic/main.pyi",
        "pydantic/py.typed",
        "cffi/_embedding.h",
        "jwt-1.dist-info/RECORD",
        "jwt-1.dist-info/sboms/sbom.json",
    ],
)
def test_what_no_function_needs_is_left_out(name: str) -> None:
    assert not belongs(name)


@pytest.mark.parametrize(
    "name",
    [
        "app.py",
        "chalice/app.py",
        "chalicelib/policy/notices/en/marketing.v1.md",
        "chalicelib/entrypoints/web/static/centre.css",
        "cryptography/hazmat/bindings/_rust.abi3.so",
        "phonenumbers/tzdata/data0.py",
        "pydantic/_internal/_decorators.py",
        "contest/app.py",
        "jwt-1.dist-info/METADATA",
        "jwt-1.dist-info/LICENSE",
        "jwt-1.dist-info/licenses/LICENSE.BSD",
        "jwt-1.dist-info/licenses/AUTHORS.rst",
    ],
)
def test_what_belongs_stays(name: str) -> None:
    assert belongs(name)
