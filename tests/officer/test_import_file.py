"""A file of customers is read a row at a time, brought in parts, and told of without its values."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chalicelib.domain.customer import Customer
from chalicelib.domain.import_part import MOST_ROWS, NumberedRow, RowFlaw
from infra.officer.commands import commands
from infra.officer.import_file import LONGEST_LINE, NotAFile, rows
from infra.officer.importing import Tally, Unfinished, judged, put_parts, reported
from tests.importing import BATCH, row, word
from tests.services.world import World


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def written(*lines: Any, name: str = "customers.jsonl") -> Path:
        texts = [it if isinstance(it, str) else json.dumps(it) for it in lines]
        (tmp_path / name).write_text("".join(f"{it}\n" for it in texts), encoding="utf-8")
        return tmp_path / name

    return written


def sheet(*written: dict[str, Any]) -> str:
    """The rows as a spreadsheet saves them."""
    text = io.StringIO()
    columns = ["customer_id", "phone_number", "region", "locale", "under_14", "time_zone", "consents"]
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**it, "consents": json.dumps(it["consents"])} for it in written)
    return text.getvalue().rstrip("\n")


def test_both_forms_say_the_same(file: Callable[..., Path]) -> None:
    customers = [row(), row("07400 123457", region="GB", customer_id="wallet-8", under_14=False)]
    [first, second] = [it.row for it in rows(file(*customers)) if isinstance(it, NumberedRow)]
    read = [it.row for it in rows(file("\ufeff" + sheet(*customers), name="c.CSV")) if isinstance(it, NumberedRow)]
    assert read == [first, second]
    assert [first, second] == customers


def test_a_line_that_is_no_row_is_told_by_its_number(file: Callable[..., Path]) -> None:
    path = file(row(), "", "{", "[" * 50_000, "x" * (3 * LONGEST_LINE), row())
    with path.open("ab") as more:
        more.write(b"\xff\xfe\n" + b"y" * 2 * LONGEST_LINE)
    found = list(rows(path))
    assert [(it.line, isinstance(it, RowFlaw)) for it in found] == [
        *((1, False), (3, True), (4, True), (5, True), (6, False), (7, True), (8, True)),
    ]


def test_a_sheet_s_lines_are_counted_and_its_cells_judged(file: Callable[..., Path]) -> None:
    good = sheet(row(), row(customer_id="wallet-8"))
    path = file(good + "\nwallet-9,+447400123458,,en,perhaps,,no json\n" + "z" * 2 * LONGEST_LINE, name="c.csv")
    found = list(rows(path))
    assert [(it.line, getattr(it, "field", None)) for it in found] == [(2, None), (3, None), (4, "/consents"), (5, "")]


def test_a_sheet_whose_quotes_do_not_end_is_refused(file: Callable[..., Path]) -> None:
    with pytest.raises(NotAFile, match="line"):
        list(rows(file('customer_id,locale\n"wallet-1', *["," * 60_000] * 4, name="c.csv")))
    with pytest.raises(NotAFile):
        list(rows(Path("nowhere.csv")))


def told(path: Path) -> tuple[list[NumberedRow], list[RowFlaw]]:
    flaws: list[RowFlaw] = []
    return list(judged(path, World().policy, Tally(), flaws.append)), flaws


def test_good_rows_go_on_and_bad_ones_are_told(file: Callable[..., Path]) -> None:
    good, flaws = told(file(row(), row("+442079460000", locale="?"), "{", row(consents=[word(decision="perhaps")])))
    assert [it.line for it in good] == [1]
    assert [(it.line, it.field) for it in flaws] == [
        *((2, "/phone_number"), (2, "/locale"), (3, ""), (4, "/consents/0/decision")),
    ]


def test_a_file_without_headings_is_told_without_its_numbers(file: Callable[..., Path]) -> None:
    _, flaws = told(file("wallet-1,+447400123456", "wallet-2,+447400123457", name="c.csv"))
    assert flaws
    assert "7400" not in str(flaws)


def brought(world: World, path: Path) -> Tally:
    """The whole way: judged, put, worked off, reported."""
    tally, flaws = Tally(), list[RowFlaw]()
    box = world.adapters.import_box
    good = judged(path, world.policy, tally, flaws.append)
    for _ in put_parts(good, BATCH, box.objects.__setitem__, tally):
        pass
    for name in tally.waiting:
        world.ringfence.import_rows(name)
    for _ in reported(box.read, tally, flaws.append):
        pass
    assert not [name for name in box.objects if name.startswith("parts/")]
    assert tally.bad == len({it.line for it in flaws})
    return tally


def test_a_file_is_brought_in_parts_and_a_second_time_changes_nothing(file: Callable[..., Path]) -> None:
    world = World()
    many = [row(f"+86138{10_000_000 + it}", customer_id=f"wallet-x{it}y", consents=[]) for it in range(MOST_ROWS + 5)]
    path = file(*many, "{", many[0])
    first = brought(world, path)
    assert (first.read, first.parts, first.imported, first.present, first.bad) == (1007, 2, 1005, 1, 1)
    before = dict(world.store.rows)
    again = brought(world, path)
    assert (again.imported, again.present, again.bad) == (0, 1006, 1)
    assert world.store.rows == before
    assert len(world.rows(Customer)) == 1005


def test_a_run_that_was_cut_off_is_simply_begun_again(file: Callable[..., Path]) -> None:
    world = World()
    path = file(*[row(f"+86138{10_000_000 + it}", customer_id=f"wallet-x{it}y") for it in range(20)])
    tally = Tally()
    box = world.adapters.import_box
    good = judged(path, world.policy, tally, lambda _: None)
    for _ in put_parts(iter([*good][:7]), BATCH, box.objects.__setitem__, tally):
        pass
    world.ringfence.import_rows(tally.waiting[0])
    again = brought(world, path)
    assert (again.imported, again.present) == (13, 7)


def test_what_never_gets_a_report_is_said() -> None:
    tally = Tally(parts=3, waiting=["parts/imp_1/2.json", "parts/imp_1/3.json"])
    with pytest.raises(Unfinished, match="2 of 3"):
        list(reported(lambda _: None, tally, lambda _: None, patience=5, pause=lambda _: None))


def said(*words: str) -> Result:
    return CliRunner().invoke(commands, ["import", *words, "--system", "crm", "--batch", "2026-11"])


def test_a_dry_run_tells_of_every_bad_row_and_reaches_nothing(
    file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    path = file(row(), row("+442079460000"), "{")
    ran = said(str(path), "--dry-run", "--json")
    lines = [json.loads(it) for it in ran.stdout.splitlines() if it.startswith("{")]
    assert ran.exit_code == 1
    assert [(it["line"], it["field"]) for it in lines] == [(2, "/phone_number"), (3, "")]
    assert "7946" not in ran.output
    assert said(str(file(row())), "--dry-run").exit_code == 0


def test_a_run_without_a_bucket_or_a_plain_name_is_refused(
    file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RINGFENCE_IMPORT_BUCKET", raising=False)
    assert said(str(file(row()))).exit_code == 1
    ran = CliRunner().invoke(
        commands, ["import", str(file(row())), "--system", "+4474001", "--batch", "b", "--dry-run"]
    )
    assert ran.exit_code == 1
