"""Reads a file of customers, a row at a time, however long the file is."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from chalicelib.domain.import_part import NumberedRow, RowFlaw

# Of UTF-8, with room for a word on every purpose. A longer line is no row, and must not fill the memory.
LONGEST_LINE = 65_536
TRUTH = {"true": True, "false": False}


class NotAFile(Exception):
    """The file cannot be read to its end; the text says where, and quotes nothing."""


def rows(path: Path) -> Iterator[NumberedRow | RowFlaw]:
    """Every row of a CSV file with headings (`.csv`) or of JSON Lines, or why a line is none.

    Raises:
        NotAFile: it cannot be opened, or its quotes do not end.
    """
    try:
        with path.open("rb") as file:
            lines = _lines(file)
            yield from _csv_rows(lines) if path.suffix.lower() == ".csv" else _json_rows(lines)
    except OSError as failure:
        raise NotAFile(f"{path.name} cannot be read: {type(failure).__name__}") from None


def _lines(file: BinaryIO) -> Iterator[tuple[int, str | None]]:
    """Each line with its number; None for one that is too long or no UTF-8."""
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        is_whole = len(line) < LONGEST_LINE or line.endswith(b"\n")
        while not line.endswith(b"\n") and (rest := file.readline(LONGEST_LINE)):
            line = rest
        try:
            yield number, line.decode("utf-8-sig" if number == 1 else "utf-8") if is_whole else None
        except UnicodeDecodeError:
            yield number, None


def _unreadable(number: int) -> RowFlaw:
    return RowFlaw(number, "", f"is longer than {LONGEST_LINE} octets, or no UTF-8")


def _json_rows(lines: Iterator[tuple[int, str | None]]) -> Iterator[NumberedRow | RowFlaw]:
    for number, line in lines:
        if line is None:
            yield _unreadable(number)
        elif line.strip():
            try:
                yield NumberedRow(number, json.loads(line))
            except (ValueError, RecursionError):
                yield RowFlaw(number, "", "is no JSON")


def _csv_rows(lines: Iterator[tuple[int, str | None]]) -> Iterator[NumberedRow | RowFlaw]:
    numbers = [0]
    broken: list[RowFlaw] = []

    def texts() -> Iterator[str]:
        for number, line in lines:
            numbers[0] = number
            if line is None:
                broken.append(_unreadable(number))
            else:
                yield line

    try:
        for members in csv.DictReader(texts(), restkey="", strict=True):
            yield from broken
            broken.clear()
            yield _csv_row(numbers[0], members)
    except csv.Error:
        raise NotAFile(f"line {numbers[0]} is no CSV: is a quote open?") from None
    yield from broken


def _csv_row(number: int, members: dict[str | Any, str | Any]) -> NumberedRow | RowFlaw:
    """The row, an empty cell for what it does not say; `consents` is JSON."""
    row: dict[str, Any] = {name: value for name, value in members.items() if value not in ("", None)}
    if "under_14" in row:
        row["under_14"] = TRUTH.get(str(row["under_14"]).lower(), row["under_14"])
    if "consents" in row:
        try:
            row["consents"] = json.loads(row["consents"])
        except (ValueError, TypeError, RecursionError):
            return RowFlaw(number, "/consents", "is no JSON")
    return NumberedRow(number, row)
