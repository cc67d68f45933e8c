"""The documentation is there, and its links lead somewhere."""

import re
from pathlib import Path

import pytest

from tests.repo.sources import ROOT, files

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
PAGES = sorted({Path("README.md"), Path("CHANGELOG.md"), Path("CONTRIBUTING.md")} | {
    path for path in files() if path.suffix == ".md" and path.parts[0] == "docs"
})  # fmt: skip


def anchors(text: str) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+\s+(.+?)\s*$", text, re.MULTILINE)
    return {re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.lower())) for heading in headings}


def dead_links(page: Path) -> set[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    dead = set()
    for link in LINK.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        target, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = (ROOT / page.parent / target).resolve() if target else (ROOT / page).resolve()
        there = file.exists() and file.is_relative_to(ROOT)
        if there and anchor and file.suffix == ".md":
            there = anchor in anchors(file.read_text(encoding="utf-8"))
        if not there:
            dead.add(link)
    return dead


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    assert (ROOT / page).is_file(), f"{page} is missing"
    assert dead_links(page) == set()


def test_the_readme_names_both_commands_and_links_to_the_documentation() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make run" in text
    assert "make test" in text
    assert any(link.startswith("docs/") for link in LINK.findall(text))


def test_the_changelog_has_a_section() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## ", text, re.MULTILINE)


DECISIONS = [path for path in files() if path.parts[:2] == ("docs", "decisions")]


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("path", DECISIONS, ids=str)
def test_a_decision_has_its_parts(path: Path) -> None:
    text = (ROOT / path).read_text(encoding="utf-8").lower()
    for part in ("status", "context", "decision", "consequences", "rejected"):
        assert part in text
