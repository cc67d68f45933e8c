"""docs/evidence.md says what the verifier says, and each kind of tampering that must be found is found."""

import re

from tests.prove.tampering import TAMPERINGS
from tests.prove.tampering_table import PAGE, page, table

# The other page of the officer's command line.
RECONCILIATION = PAGE.with_name("reconciliation.md")
# What must be found, whatever else is.
NINE = {
    "an event edited",
    "an event removed",
    "events reordered",
    "an event inserted",
    "a truncated tail",
    "a rewound head",
    "a swapped customer",
    "a forged signature",
    "a replayed anchor",
}


def test_the_table_is_what_the_verifier_says() -> None:
    old = PAGE.read_text(encoding="utf-8")
    assert old == page(old)


def test_every_kind_is_tried_and_found_and_the_clean_ones_pass() -> None:
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in table().splitlines()[2:]]
    passed = [row for row in rows if row[2] == "everything holds"]
    assert len(rows) == len(TAMPERINGS) + 3
    assert {it.kind for it in TAMPERINGS} >= NINE
    assert len(passed) == 3
    assert all(row[0].startswith("nothing") for row in passed)


def test_the_pages_name_the_options_that_there_are() -> None:
    import typer.main

    from infra.officer.commands import commands

    known = typer.main.get_command(commands).commands  # type: ignore[attr-defined]
    pages = (
        PAGE,
        RECONCILIATION,
        *(PAGE.with_name(f"{name}.md") for name in ("import", "restore", "retention", "rights", "rotation")),
    )
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    used = re.findall(r"infra\.officer ([\w-]+)([^`\n]*)", text)
    assert {name for name, _ in used} == set(known)
    for name, rest in used:
        options = {option for parameter in known[name].params for option in parameter.opts}
        assert set(re.findall(r"--[\w-]+", rest)) <= options
