"""docs/rights.md lists the reasons that there are, each with its law and its rights."""

import re

from chalicelib.domain.rights import KINDS
from chalicelib.domain.rights_reasons import EXTENSIONS, REFUSALS
from tests.repo.sources import ROOT

PAGE = (ROOT / "docs/rights.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(?P<code>[a-z_]+)` \| (?P<law>[^|]+) \| (?P<kinds>[^|]+) \|$", re.MULTILINE)


def kinds_of(text: str) -> set[str]:
    """The rights that a cell names."""
    if text == "all":
        return set(KINDS)
    named = {kind for kind in KINDS if re.search(rf"\b{kind}\b", text)}
    return set(KINDS) - named if text.startswith("all but") else named


def test_the_page_lists_every_reason_to_refuse() -> None:
    listed = {row["code"]: (row["law"], kinds_of(row["kinds"])) for row in ROW.finditer(PAGE)}
    assert listed == {
        code: (reason.law, {kind for kind in KINDS if reason.allows(kind)}) for code, reason in REFUSALS.items()
    }


def test_the_page_names_every_kind_and_every_reason_to_take_longer() -> None:
    assert [kind for kind in KINDS if f"\n| {kind} |" not in PAGE] == []
    assert [code for code in EXTENSIONS if f"`{code}`" not in PAGE] == []
