"""The zip holds what its functions need, for the Python and the machine that runs them, and nothing else."""

import importlib.util
import py_compile
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from infra.package import Package
from tests.package.contents import (
    CHALICE,
    LIBRARIES,
    OURS,
    named_places,
    strangers,
    top_levels,
    wrong_binaries,
    wrong_bytecode,
)
from tests.repo.sources import ROOT, files

# 13 and 37 MB on the day of decision 0011; our own code has grown since, to 1.3 and 3. boto3 by accident adds 18, 26;
# the names of places 6, 40.
LARGEST_ZIP_MB = 17
LARGEST_UNZIPPED_MB = 45


@pytest.fixture
def archive(packaged: Package) -> Iterator[ZipFile]:
    with ZipFile(packaged.archive) as opened:
        yield opened


def test_exactly_the_inventory_is_in(archive: ZipFile) -> None:
    assert top_levels(archive) == OURS | LIBRARIES
    assert set(archive.namelist()) >= CHALICE


def test_nothing_strange_is_in(archive: ZipFile) -> None:
    assert strangers(archive) == set()


def test_every_file_of_ours_is_in_as_it_stands(archive: ZipFile) -> None:
    ours = {str(path) for path in files() if path.parts[0] in ("app.py", "chalicelib")}
    theirs = {name for name in archive.namelist() if name.startswith(("app.py", "chalicelib/"))}
    assert {name for name in theirs if not name.endswith(".pyc")} == ours
    assert "chalicelib/policy/policy.toml" in theirs
    policy = [name for name in ours if name.startswith("chalicelib/policy/")]
    assert all(archive.read(name) == (ROOT / name).read_bytes() for name in policy)


def test_every_source_has_bytecode_that_is_never_checked(archive: ZipFile) -> None:
    assert wrong_bytecode(archive) == set()


def test_no_bytecode_names_the_machine_that_made_it(archive: ZipFile) -> None:
    assert named_places(archive) == {}


def test_every_binary_runs_in_lambda(archive: ZipFile) -> None:
    assert wrong_binaries(archive) == set()
    # Without these the check above would have looked at nothing.
    assert sum(name.endswith(".so") for name in archive.namelist()) >= 3


def test_no_entry_depends_on_who_packed_it(archive: ZipFile) -> None:
    assert archive.namelist() == sorted(archive.namelist(), key=lambda name: name.split("/"))
    assert {(it.date_time, it.external_attr >> 16) for it in archive.infolist()} == {((1980, 1, 1, 0, 0, 0), 0o100644)}


def test_it_is_no_larger_than_it_has_to_be(packaged: Package, archive: ZipFile) -> None:
    print(packaged)
    assert packaged.archive.stat().st_size < LARGEST_ZIP_MB * 1e6
    assert sum(entry.file_size for entry in archive.infolist()) < LARGEST_UNZIPPED_MB * 1e6


def planted(folder: Path, **files: bytes) -> ZipFile:
    """A zip that holds only these files."""
    path = folder / "planted.zip"
    with ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return ZipFile(path)


@pytest.mark.parametrize(
    "name",
    [
        "chalice/cli/__init__.py",
        "chalice/local.py",
        "pip/__init__.py",
        "setuptools/__init__.py",
        "tests/test_app.py",
        "jwt/tests/test_jwt.py",
        "infra/data.yaml",
        ".local/state/keys.json",
        ".chalice/config.json",
        "bin/chalice",
        "pydantic/main.pyi",
        "cffi/_embedding.h",
        "pyotp-2.0.dist-info/RECORD",
    ],
)
def test_a_planted_stranger_is_found(tmp_path: Path, name: str) -> None:
    assert strangers(planted(tmp_path, **{name: b""})) == {name}


def compiled(folder: Path, source: bytes, mode: py_compile.PycInvalidationMode, place: str = "jobs.py") -> bytes:
    (folder / "source.py").write_bytes(source)
    py_compile.compile(str(folder / "source.py"), str(folder / "made.pyc"), place, invalidation_mode=mode)
    return (folder / "made.pyc").read_bytes()


def test_wrong_bytecode_is_found(tmp_path: Path) -> None:
    source, pyc = b"x = 1\n", importlib.util.cache_from_source("jobs.py")
    modes = py_compile.PycInvalidationMode
    right = compiled(tmp_path, source, modes.UNCHECKED_HASH)
    wrong = [
        compiled(tmp_path, source, modes.CHECKED_HASH),
        compiled(tmp_path, source, modes.TIMESTAMP),
        compiled(tmp_path, b"x = 2\n", modes.UNCHECKED_HASH),
        b"\x00" * 4 + right[4:],
    ]
    assert wrong_bytecode(planted(tmp_path, **{"jobs.py": source, pyc: right})) == set()
    assert wrong_bytecode(planted(tmp_path, **{"jobs.py": source})) == {"jobs.py"}
    assert wrong_bytecode(planted(tmp_path, **{pyc: right})) == {pyc}
    for each in wrong:
        assert wrong_bytecode(planted(tmp_path, **{"jobs.py": source, pyc: each})) == {"jobs.py"}


def test_the_place_in_an_inner_function_is_found(tmp_path: Path) -> None:
    source, pyc = b"def f():\n    return lambda: 0\n", importlib.util.cache_from_source("jobs.py")
    made = compiled(tmp_path, source, py_compile.PycInvalidationMode.UNCHECKED_HASH, "/build/jobs.py")
    assert named_places(planted(tmp_path, **{"jobs.py": source, pyc: made})) == {"jobs.py": "/build/jobs.py"}


def test_wrong_binaries_are_found(tmp_path: Path, archive: ZipFile) -> None:
    [right] = [name for name in archive.namelist() if name.startswith("_cffi_backend")]
    content = archive.read(right)
    arm = content[:18] + (183).to_bytes(2, "little") + content[20:]
    assert wrong_binaries(planted(tmp_path, **{right: content, "a/_rust.abi3.so": content})) == set()
    assert wrong_binaries(planted(tmp_path, **{right: arm})) == {right}
    for name in ("a.cpython-39-x86_64-linux-gnu.so", right.replace("x86_64", "aarch64"), "a/lib.dylib"):
        assert wrong_binaries(planted(tmp_path, **{name: content})) == {name}
    assert wrong_binaries(planted(tmp_path, **{"b.abi3.so": b"MZ"})) == {"b.abi3.so"}
