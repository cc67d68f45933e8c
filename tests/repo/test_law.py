"""docs/law.md: every duty has a feature, and a test that `make test` runs shows it."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.repo.sources import ROOT

PAGE = (ROOT / "docs/law.md").read_text(encoding="utf-8")
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| ") and "---" not in line][1:]
NODE = re.compile(r"`(tests/[a-z_/]+\.py)::(test_[a-z0-9_]+)`")
UNRUN = {"skip", "skipif", "xfail"}


def nodes(row: list[str]) -> list[tuple[str, str]]:
    return NODE.findall(row[3])


@cache
def runs(path: Path) -> set[str]:
    """The tests of a file that nothing keeps from running."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    marks = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return set() if marks & UNRUN else {function.name for function in functions}


def test_the_table_is_whole() -> None:
    assert len(ROWS) > 15
    assert all(len(row) == 4 and all(cell.strip() for cell in row) for row in ROWS)
    assert all(f"{law} " in PAGE for law in ("PIPL", "GDPR", "Order 31", "条例"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_is_shown_by_tests_that_run(row: list[str]) -> None:
    assert nodes(row), "names no test"
    assert NODE.sub("", row[3]).strip() == "", "holds something else than tests"
    for file, name in nodes(row):
        # `make prove` is run before a release, and not with every change.
        assert not file.startswith("tests/prove/")
        assert (ROOT / file).is_file(), file
        assert name in runs(ROOT / file), name
