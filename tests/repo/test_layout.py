"""Names, sizes and pins."""

import ast
import re
from pathlib import Path

import pytest

from tests.repo.sources import ROOT, files, modules

# DESIGN 2: names that say nothing.
BANNED = {"utils", "util", "helpers", "helper", "manager", "common", "misc", "data", "process"}
# Say something beside another word: a data key is a word of KMS's.
BANNED_ALONE = {"data", "process"}
LONGEST_MODULE = 300
PIN = re.compile(r"[A-Za-z0-9._-]+(\[[a-z0-9,-]+\])?==[0-9][A-Za-z0-9.]*")
# In pieces, so that this file does not hold what it looks for.
MACHINE_PATHS = re.compile(
    "|".join(
        (r"/ho" r"me/[a-z]", r"/Us" r"ers/[A-Za-z]", r"(?<!\w)/ro" r"ot/", r"(?<!\w)/wo" r"rk/", r"[A-Z]:\\Us" r"ers")
    )
)
REGISTRIES = re.compile(
    "|".join(
        (
            r"pyp" r"i\.org",
            r"pythonh" r"osted\.org",
            r"registry\.n" r"pmjs",
            r"inde" r"x-url",
            r"arti" r"factory",
            r"dock" r"er\.io",
            r"gh" r"cr\.io",
            r"/simp" r"le/",
        )
    )
)  # fmt: skip


def empty_words(path: Path) -> set[str]:
    """The words that say nothing, in a module's name and in its packages' names."""
    parts = set(path.with_suffix("").parts)
    words = {word for part in parts for word in part.split("_")}
    return (parts & BANNED) | (words & (BANNED - BANNED_ALONE))


@pytest.mark.parametrize("path", modules(), ids=str)
def test_a_module_s_name_says_something(path: Path) -> None:
    assert empty_words(path) == set()


def test_a_name_that_says_nothing_is_found() -> None:
    assert empty_words(Path("chalicelib/common/data_helpers.py")) == {"common", "helpers"}
    assert empty_words(Path("chalicelib/domain/data.py")) == {"data"}
    assert empty_words(Path("chalicelib/adapters/kms_data_keys.py")) == set()


@pytest.mark.parametrize("path", modules(), ids=str)
def test_a_module_is_short(path: Path) -> None:
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


def texts() -> dict[Path, str]:
    found = {}
    for path in files():
        try:
            found[path] = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


@pytest.mark.parametrize("pattern", [MACHINE_PATHS, REGISTRIES], ids=["machine paths", "registry hosts"])
def test_no_file_names_a_machine(pattern: re.Pattern[str]) -> None:
    found = {
        f"{path}:{number}"
        for path, text in texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    }
    assert found == set()


def test_the_patterns_find_what_they_should() -> None:
    assert MACHINE_PATHS.search("see " + "/ho" + "me/somebody/file")
    assert MACHINE_PATHS.search("/wo" + "rk/main/app.py")
    assert REGISTRIES.search("--extra-inde" + "x-url=https://example.org")


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned(name: str) -> None:
    lines = [line.partition("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    unpinned = [line for line in lines if line and line != "-r requirements.txt" and not PIN.fullmatch(line)]
    assert unpinned == []
    assert any(PIN.fullmatch(line) for line in lines)


def test_chalice_is_not_packaged_twice() -> None:
    # `chalice package` brings its own runtime part.
    assert "chalice" not in (ROOT / "requirements.txt").read_text()


def test_app_has_no_logic() -> None:
    tree = ast.parse((ROOT / "app.py").read_text())
    # The object, and a loop over what is registered on it.
    assert {type(node) for node in tree.body} <= {ast.Expr, ast.ImportFrom, ast.Assign, ast.For}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.If | ast.Lambda | ast.FunctionDef | ast.Try)]
