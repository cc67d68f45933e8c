"""Old copies of tables, put back."""

from collections.abc import Callable
from typing import Any

from chalicelib.adapters.dynamodb_places import PLACES
from chalicelib.domain.customer import Customer
from chalicelib.domain.gate import ContactQuestion
from chalicelib.services.restore import RestoreReport
from tests.services.world import STAFF, World

Rows = dict[tuple[type[Any], tuple[str, ...]], Any]


def copy(world: World, table: str) -> Rows:
    """What a backup has of a table."""
    return {key: row for key, row in world.store.rows.items() if PLACES[key[0]].table == table}


def put_back(world: World, table: str, rows: Rows) -> None:
    for key in copy(world, table):
        del world.store.rows[key]
    world.store.rows.update(rows)


def replayed(world: World, table: str, go: bool = True) -> RestoreReport:
    report = world.ringfence.restore(table, go, lambda _customer, _finding: None)
    assert report.complete
    assert not report.failures
    return report


def found(world: World, table: str) -> dict[str, int]:
    """What the replay found; that saying so changes nothing, and that a second one finds nothing."""
    before = dict(world.store.rows)
    said = replayed(world, table, go=False)
    assert world.store.rows == before
    assert replayed(world, table).found == said.found
    after = dict(world.store.rows)
    assert not replayed(world, table).found
    assert world.store.rows == after
    return dict(said.found)


def reason(world: World, customer: Customer, purpose: str = "order_notice") -> str:
    return world.ringfence.decide_contact(STAFF, ContactQuestion(customer.id, purpose, "sms"), None).decision.reason


def forgotten(world: World, table: str, since: Callable[[], object]) -> dict[str, int]:
    """What is found when a copy of the table is put back that was made before `since` happened."""
    old = copy(world, table)
    since()
    put_back(world, table, old)
    return found(world, table)
