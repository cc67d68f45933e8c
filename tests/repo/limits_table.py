"""Makes docs/limits.md of the policy and its remarks. `python -m tests.repo.limits_table` writes it."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.repo.sources import ROOT

POLICY = ROOT / "chalicelib/policy/policy.toml"
PAGE = ROOT / "docs/limits.md"
TABLES = (
    "verification",
    "throttles",
    "guard",
    "spending",
    "sms",
    "contact",
    "reveals",
    "retention",
    "holds",
    "case_holds",
    "number_change",
    "freshness",
    "rights",
)
HEAD = """# Limits

Every limit of `chalicelib/policy/policy.toml`, with the default that Ringfence ships and where it comes from. Made of
that file by `python -m tests.repo.limits_table`; a test holds the two together. "Ours" is a choice of this project.

| limit | default | unit | source |
| --- | ---: | --- | --- |
"""
LINE = re.compile(r"\[*(?P<table>[a-z_.]+)\]+|(?P<key>[a-z_]+) = ")
UNITS = {
    "hours": "hours",
    "seconds": "seconds",
    "minutes": "minutes",
    "days": "days",
    "months": "months",
    "usd": "US dollars",
    "percent": "percent",
}


@dataclass(frozen=True)
class Limit:
    """One row.

    Attributes:
        source: the remark beside it, or at the head of its table.
    """

    name: str
    default: str
    unit: str
    source: str


def limits(text: str) -> Iterator[Limit]:
    """The policy's limits in the order of the file; a limit with its window is one."""
    table, head, seen = "", "", {}  # type: ignore[var-annotated]
    for line in text.splitlines():
        said, _, remark = line.partition("  #")
        found = LINE.match(said)
        if found is None:
            continue
        if found["table"]:
            table, head = found["table"], remark.strip()
            seen[table] = seen.get(table, -1) + 1
        elif table.split(".")[0] in TABLES and found["key"] != "window_seconds":
            value = tomllib.loads(said)[found["key"]]
            if _is_limit(value):
                name = table if found["key"] == "limit" else f"{table}.{found['key']}"
                unit = _window(text, table, seen[table]) if found["key"] == "limit" else _unit(found["key"])
                yield Limit(name, _shown(value), unit, remark.strip() or head)


def page() -> str:
    """The whole page."""
    rows = limits(POLICY.read_text(encoding="utf-8"))
    return HEAD + "".join(f"| `{it.name}` | {it.default} | {it.unit} | {it.source} |\n" for it in rows)


def _is_limit(value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_is_limit(each) for each in value)
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, str) and re.fullmatch(r"\d+\.\d+", value) is not None
    )


def _window(text: str, table: str, position: int) -> str:
    found: Any = tomllib.loads(text)
    for step in table.split("."):
        found = found[step]
    entry = found[position] if isinstance(found, list) else found
    return f"in {entry['window_seconds']} seconds"


def _unit(key: str) -> str:
    return next((unit for word, unit in UNITS.items() if word in key.split("_")), "count")


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
