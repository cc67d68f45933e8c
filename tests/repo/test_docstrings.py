"""Docstrings stand where they should and name what is raised."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.domain import errors
from tests.repo.sources import modules, tree

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Function = ast.FunctionDef | ast.AsyncFunctionDef
DOMAIN_ERRORS = {name for name, value in vars(errors).items() if isinstance(value, type)} | {"Conflict"}
PACKAGE = [path for path in modules("chalicelib") if path.name != "__init__.py"]
RAISERS = [path for path in PACKAGE if path.parts[1] in ("services", "adapters")]


def public(path: Path) -> Iterator[tuple[str, Definition]]:
    """Public classes and functions of a module, and the public functions of its classes and protocols."""
    for outer in tree(path).body:
        if isinstance(outer, Definition) and not outer.name.startswith("_"):
            yield outer.name, outer
            if isinstance(outer, ast.ClassDef):
                for inner in outer.body:
                    if isinstance(inner, Function) and (not inner.name.startswith("_") or inner.name == "__call__"):
                        yield f"{outer.name}.{inner.name}", inner


def is_accessor(node: Definition) -> bool:
    """Properties, overloads and a wiring's accessors are named after what they hold."""
    names = {getattr(it, "id", getattr(it, "attr", "")) for it in getattr(node, "decorator_list", [])}
    return bool(names & {"property", "cached_property", "overload"})


def first_of(definitions: Iterator[tuple[str, Definition]]) -> dict[str, Definition]:
    found: dict[str, Definition] = {}
    for name, node in definitions:
        # An overloaded function is documented once, where it is implemented: last.
        found[name] = node
    return found


@pytest.mark.parametrize("path", PACKAGE, ids=str)
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(tree(path))


@pytest.mark.parametrize("path", PACKAGE, ids=str)
def test_everything_public_says_what_it_is(path: Path) -> None:
    silent = {name for name, node in first_of(public(path)).items() if not ast.get_docstring(node)}
    assert {name for name in silent if not is_accessor(first_of(public(path))[name])} == set()


def raised_in(function: Definition) -> set[str]:
    """The domain errors that the function's own body raises by name."""
    names: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Raise) and node.exc is not None:
            made = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            names.add(made.id if isinstance(made, ast.Name) else getattr(made, "attr", ""))
    return names & DOMAIN_ERRORS


def announced_by(function: Definition) -> set[str]:
    """What stands under Raises."""
    section = re.search(r"^Raises:\n((?:[ ]+.*\n?|\n(?=[ ]))*)", ast.get_docstring(function) or "", re.MULTILINE)
    return set(re.findall(r"[A-Z]\w+", section[1])) if section else set()


@pytest.mark.parametrize("path", RAISERS, ids=str)
def test_what_is_raised_is_announced(path: Path) -> None:
    missing = {
        f"{name}: {error}"
        for name, node in public(path)
        if isinstance(node, Function)
        for error in raised_in(node) - announced_by(node)
    }
    assert missing == set()


def test_what_is_not_announced_is_found() -> None:
    [function] = ast.parse(
        'def f() -> None:\n    """Does.\n\n    Raises:\n        NotFound: no.\n\n    Source: Throttled.\n    """\n'
        "    raise Throttled\n    raise errors.NotFound()\n    raise ValueError"
    ).body
    assert isinstance(function, Function)
    assert raised_in(function) == {"Throttled", "NotFound"}
    assert announced_by(function) == {"NotFound"}


@pytest.mark.parametrize("path", [path for path in PACKAGE if path.parts[1] == "services"], ids=str)
def test_a_service_has_one_way_in(path: Path) -> None:
    ways_in = [name for name, node in public(path) if isinstance(node, Function) and name.endswith(".__call__")]
    assert len(ways_in) <= 1
