"""Judges a file of customers, and brings it into the bucket of imports in parts.

Whoever imports may put parts and read reports, and nothing else: not make a tag, write a customer or read a number. The
function behind the bucket judges every row again.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.domain.identifiers import new_id
from chalicelib.domain.import_part import MOST_ROWS, PARTS, ImportPart, NumberedRow, PartReport, RowFlaw, report_name
from chalicelib.domain.import_row import BadRow, read_row
from chalicelib.domain.origin import Provenance
from chalicelib.domain.policy import Policy
from infra.officer.import_file import rows

# A part takes some seconds; a part that failed is tried again after a quarter of an hour.
POLL_SECONDS = 1.0
PATIENCE_SECONDS = 1200


class Unfinished(Exception):
    """Some parts have no report yet; the text says how many."""


@dataclass
class Tally:
    """How far a run is."""

    read: int = 0
    bad: int = 0
    imported: int = 0
    present: int = 0
    parts: int = 0
    reported: int = 0
    waiting: list[str] = field(default_factory=list)


def judged(path: Path, policy: Policy, tally: Tally, tell: Callable[[RowFlaw], None]) -> Iterator[NumberedRow]:
    """The rows that can be imported, as far as the file alone can say; every flaw of the others has been told.

    Raises:
        NotAFile: the file cannot be read to its end.
    """
    for found in rows(path):
        tally.read += 1
        if isinstance(found, RowFlaw):
            flaws = [found]
        else:
            try:
                read_row(found.row, policy, datetime.now(UTC))
                yield found
                continue
            except BadRow as refused:
                flaws = [RowFlaw(found.line, it.pointer, it.reason) for it in refused.flaws]
        tally.bad += 1
        for flaw in flaws:
            tell(flaw)


def put_parts(
    good: Iterator[NumberedRow], provenance: Provenance, put: Callable[[str, bytes], object], tally: Tally
) -> Iterator[Tally]:
    """Every row lies in the bucket; yields after each part. One part is in memory at a time."""
    run = new_id("imp")
    while rows_of_part := tuple(it for _, it in zip(range(MOST_ROWS), good, strict=False)):
        tally.parts += 1
        name = f"{PARTS}{run}/{tally.parts}.json"
        put(name, ImportPart(provenance, rows_of_part).canonical())
        tally.waiting.append(name)
        yield tally


def reported(
    read: Callable[[str], bytes | None],
    tally: Tally,
    tell: Callable[[RowFlaw], None],
    patience: float = PATIENCE_SECONDS,
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[Tally]:
    """Every part has its report, whose flaws have been told; yields after each.

    Raises:
        Unfinished: nothing more came for a long time. To import the same file again is safe.
    """
    waited = 0.0
    while tally.waiting:
        content = read(report_name(tally.waiting[0]))
        if content is None:
            if waited >= patience:
                raise Unfinished(f"{len(tally.waiting)} of {tally.parts} parts have no report: import again")
            pause(POLL_SECONDS)
            waited += POLL_SECONDS
            continue
        waited = 0.0
        tally.waiting.pop(0)
        report = PartReport.from_canonical(content)
        tally.reported += 1
        tally.imported += report.imported
        tally.present += report.present
        tally.bad += len({it.line for it in report.flaws})
        for flaw in report.flaws:
            tell(flaw)
        yield tally


def _s3() -> Any:
    # Here, so that commands that read files need no AWS.
    import boto3

    return boto3.client("s3")


@dataclass(frozen=True)
class Bucket:
    """The bucket of imports, as an officer reaches it."""

    name: str
    client: Any = field(default_factory=_s3)

    def put(self, name: str, content: bytes) -> None:
        """A part lies there."""
        self.client.put_object(Bucket=self.name, Key=name, Body=content)

    def read(self, name: str) -> bytes | None:
        """A report; None if there is none yet."""
        try:
            return bytes(self.client.get_object(Bucket=self.name, Key=name)["Body"].read())
        except self.client.exceptions.NoSuchKey:
            return None
