"""A part of an import: some rows of one run, and what became of them."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.errors import FieldInvalid
from chalicelib.domain.origin import Provenance

# So that the rows of one part fit into the memory and the time of one function.
MOST_ROWS = 1000
PARTS, REPORTS = "parts/", "reports/"
NAME = re.compile(rf"{PARTS}[A-Za-z0-9_-]{{1,80}}/[0-9]{{1,9}}\.json")


@dataclass(frozen=True, repr=False)
class NumberedRow:
    """A row, and the line of the file that it stood in."""

    line: int
    row: object


@dataclass(frozen=True, repr=False)
class ImportPart:
    """Rows that nobody has judged yet."""

    provenance: Provenance
    rows: tuple[NumberedRow, ...]

    def canonical(self) -> bytes:
        """The part as it lies in the bucket."""
        rows = [{"line": it.line, "row": it.row} for it in self.rows]
        members = {"system": self.provenance.system, "batch": self.provenance.batch, "rows": rows}
        # ASCII: JSON can escape half a surrogate pair, which a row may hold around its number and UTF-8 cannot say.
        return json.dumps(members).encode()

    @classmethod
    def from_canonical(cls, content: bytes) -> "ImportPart":
        """The part that lay there.

        Raises:
            FieldInvalid: it is none, or has too many rows.
        """
        try:
            members = json.loads(content)
            rows = tuple(NumberedRow(int(it["line"]), it["row"]) for it in members["rows"])
            provenance = Provenance(str(members["system"]), str(members["batch"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            raise FieldInvalid("", "is no part of an import") from None
        if len(rows) > MOST_ROWS:
            raise FieldInvalid("/rows", f"must be at most {MOST_ROWS}")
        return cls(provenance, rows)


@dataclass(frozen=True)
class RowFlaw:
    """Why a row was not imported: its line, the field and the reason, and no value."""

    line: int
    field: str
    reason: str


@dataclass(frozen=True)
class PartReport:
    """What became of the rows of a part.

    Attributes:
        imported, present: how many are customers now, and how many the same batch had brought before.
        flaws: of the others.
    """

    imported: int
    present: int
    flaws: Sequence[RowFlaw]

    def canonical(self) -> bytes:
        """The report as it lies in the bucket."""
        flaws = [vars(it) for it in self.flaws]
        return json.dumps({"imported": self.imported, "present": self.present, "flaws": flaws}).encode()

    @classmethod
    def from_canonical(cls, content: bytes) -> "PartReport":
        """The report that lay there."""
        members: Mapping[str, Any] = json.loads(content)
        return cls(members["imported"], members["present"], [RowFlaw(**it) for it in members["flaws"]])


def report_name(part: str) -> str:
    """Where the report of this part lies."""
    return REPORTS + part.removeprefix(PARTS)
