"""Everything about everybody, and no number."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from stat import S_IMODE

import pytest

from chalicelib.domain.suppression import BY_SMS, Suppression
from chalicelib.domain.writes import Insert
from infra.officer.export_tenant import SHARES, Exported, export_tenant
from tests.fakes import NOON
from tests.services.world import NUMBER, OTHER_NUMBER, World


def lines(folder: Path) -> dict[str, dict[str, object]]:
    found = [
        json.loads(it) for path in sorted(folder.glob("customers-*.jsonl")) for it in path.read_text().splitlines()
    ]
    return {it["customer"]["customer_id"]: it for it in found}


def taken(world: World, folder: Path, told: list[tuple[str, str]] | None = None) -> Exported:
    return export_tenant(world.ringfence, folder, lambda *what: (told if told is not None else []).append(what))


def test_every_customer_is_written_once_and_masked(tmp_path: Path) -> None:
    world = World()
    customer, gone = world.customer(), world.customer(OTHER_NUMBER)
    world.say(customer)
    world.close(gone)
    assert taken(world, tmp_path) == Exported(rows=2)
    written = lines(tmp_path)
    assert set(written) == {customer.id, gone.id}
    assert len(list(tmp_path.iterdir())) == 2 * SHARES
    assert written[customer.id]["customer"]["phone_number_masked"] == customer.masked  # type: ignore[index]
    assert written[gone.id]["customer"]["phone_number_masked"] is None  # type: ignore[index]
    assert len(written[customer.id]["ledger"]["events"]) == 1  # type: ignore[index]
    text = "".join(it.read_text() for it in tmp_path.iterdir())
    assert NUMBER[3:] not in text
    assert OTHER_NUMBER[3:] not in text


def test_one_that_fails_keeps_no_other_back_and_the_next_run_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    ids = {world.customer(f"+86138{10_000_000 + it}").id for it in range(8)}
    bad = min(ids)
    export, asked = world.ringfence.export_customer, list[str]()

    def failing(customer_id: str) -> object:
        asked.append(customer_id)
        if customer_id == bad and asked.count(bad) == 1:
            raise TimeoutError
        return export(customer_id)

    monkeypatch.setattr(world.ringfence, "export_customer", failing)
    told: list[tuple[str, str]] = []
    first = taken(world, tmp_path, told)
    assert (first.unfinished, told, set(asked)) == (1, [(bad, "TimeoutError")], ids)
    # What stood with it in the file is read once more, and nothing else.
    assert taken(world, tmp_path) == Exported(rows=len(ids) - first.rows)
    assert len(asked) == 2 * len(ids) - first.rows
    assert set(lines(tmp_path)) == ids
    assert not list(tmp_path.glob("*.part"))


def test_a_table_that_cannot_be_read_on_leaves_no_whole_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.customer()

    def breaking(*_: object) -> Iterator[tuple[str, ...]]:
        yield from ()
        raise TimeoutError

    monkeypatch.setattr(world.store, "share", breaking)
    assert taken(world, tmp_path) == Exported(rows=0, unfinished=2 * SHARES)
    assert not list(tmp_path.glob("*.jsonl"))


def test_who_wants_no_advertising_is_listed_by_tag_with_a_customer_or_without(tmp_path: Path) -> None:
    world = World()
    rows = [Suppression(f"v1.{name}", NOON, BY_SMS, lifted_at) for name, lifted_at in (("a", None), ("b", NOON))]
    world.store.commit(*map(Insert, rows))
    assert taken(world, tmp_path).rows == 2
    written = [json.loads(it) for path in tmp_path.glob("supp*.jsonl") for it in path.read_text().splitlines()]
    assert sorted((it["tag"], it["source"], it["since"], it["lifted_at"]) for it in written) == [
        ("v1.a", BY_SMS, "2026-11-21T12:00:00Z", None),
        ("v1.b", BY_SMS, "2026-11-21T12:00:00Z", "2026-11-21T12:00:00Z"),
    ]


def test_nobody_else_can_read_the_files(tmp_path: Path) -> None:
    world = World()
    world.customer()
    folder = tmp_path / "out"
    old = os.umask(0)
    try:
        taken(world, folder)
    finally:
        os.umask(old)
    assert {S_IMODE(it.stat().st_mode) for it in folder.iterdir()} == {0o600}
    assert S_IMODE(folder.stat().st_mode) == 0o700
