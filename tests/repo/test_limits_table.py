"""docs/limits.md is the policy's."""

import tomllib
from typing import Any

from tests.repo.limits_table import PAGE, POLICY, TABLES, limits, page

ROWS = list(limits(POLICY.read_text(encoding="utf-8")))


def numbers(found: Any) -> int:
    """How many numbers there are in a value of the policy; a list of them is one."""
    if isinstance(found, dict):
        return sum(map(numbers, found.values()))
    if isinstance(found, list):
        return sum(map(numbers, found)) if any(isinstance(each, dict) for each in found) else any(map(numbers, found))
    if isinstance(found, str):
        return found.replace(".", "").isdecimal()
    return isinstance(found, int) and not isinstance(found, bool)


def test_the_page_is_made_of_the_policy() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_no_limit_is_left_out() -> None:
    policy = tomllib.loads(POLICY.read_text(encoding="utf-8"))
    windows = sum(row.unit.startswith("in ") for row in ROWS)
    assert len(ROWS) + windows == sum(numbers(policy[table]) for table in TABLES)


def test_each_says_where_it_comes_from() -> None:
    assert [row.name for row in ROWS if not row.source] == []


def test_a_limit_comes_with_its_own_window() -> None:
    assert {(row.default, row.unit) for row in ROWS if row.name == "throttles.number"} == {
        ("5", "in 600 seconds"),
        ("10", "in 86400 seconds"),
    }
