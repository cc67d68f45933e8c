"""Everything about everybody, and no number."""

import json
from pathlib import Path

import pytest

from infra.officer.export_tenant import SHARES, export_tenant
from tests.services.world import NUMBER, OTHER_NUMBER, World


def lines(folder: Path) -> dict[str, dict[str, object]]:
    found = [json.loads(it) for path in sorted(folder.glob("*.jsonl")) for it in path.read_text().splitlines()]
    return {it["customer"]["customer_id"]: it for it in found}


def test_every_customer_is_written_once_and_masked(tmp_path: Path) -> None:
    world = World()
    customer, gone = world.customer(), world.customer(OTHER_NUMBER)
    world.say(customer)
    world.close(gone)
    assert export_tenant(world.ringfence, tmp_path) == 2
    written = lines(tmp_path)
    assert set(written) == {customer.id, gone.id}
    assert len(list(tmp_path.iterdir())) == SHARES
    assert written[customer.id]["customer"]["phone_number_masked"] == customer.masked  # type: ignore[index]
    assert written[gone.id]["customer"]["phone_number_masked"] is None  # type: ignore[index]
    assert len(written[customer.id]["ledger"]["events"]) == 1  # type: ignore[index]
    text = "".join(it.read_text() for it in tmp_path.iterdir())
    assert NUMBER[3:] not in text
    assert OTHER_NUMBER[3:] not in text


def test_a_run_that_stopped_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    ids = {world.customer(f"+86138{10_000_000 + it}").id for it in range(8)}
    export = world.ringfence.export_customer

    asked: list[str] = []

    def failing(customer_id: str) -> object:
        asked.append(customer_id)
        if len(asked) == len(ids):
            raise TimeoutError
        return export(customer_id)

    monkeypatch.setattr(world.ringfence, "export_customer", failing)
    with pytest.raises(TimeoutError):
        export_tenant(world.ringfence, tmp_path)
    before = len(lines(tmp_path))
    monkeypatch.setattr(world.ringfence, "export_customer", export)
    assert export_tenant(world.ringfence, tmp_path) == 8 - before
    assert set(lines(tmp_path)) == ids
    assert not list(tmp_path.glob("*.part"))
