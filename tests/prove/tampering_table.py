"""Writes the table of docs/evidence.md: `python -m tests.prove.tampering_table`."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.prove.evidence_scene import Files, memory_scene
from tests.prove.tampering import clean, tampered

PAGE = Path(__file__).parents[2] / "docs" / "evidence.md"
BEGIN = "<!-- the table: python -m tests.prove.tampering_table -->\n"


def table() -> str:
    """A row for each tampering and what the verifier said of it, on an export of the services in memory."""
    scene = memory_scene()
    rows = [f"| {it.kind} | {it.done} | {_said(files)} |" for it, files in tampered(scene)]
    rows += [f"| {done} | | {_said(files)} |" for done, files in clean(scene).items()]
    return "\n".join(["| tampering | what was done | what the verifier says |", "| --- | --- | --- |", *rows, ""])


def page(old: str) -> str:
    """The page with its table made anew; the table is its end."""
    text, found, _ = old.partition(BEGIN)
    assert found
    return text + BEGIN + table()


def _said(files: Files) -> str:
    with TemporaryDirectory() as folder:
        return "; ".join(_flaws(files, Path(folder))) or "everything holds"


def _flaws(files: Files, folder: Path) -> Iterator[str]:
    return (finding.flaw for finding in files.findings(folder) if finding.flaw)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
