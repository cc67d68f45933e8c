"""A part of an import is worked off to its end, as often as it takes, and what became of each row can be read."""

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.import_part import MOST_ROWS, PartReport, report_name
from tests.importing import part, row
from tests.services.staged_store import StagedAdapters
from tests.services.world import NUMBER, OTHER_NUMBER, World

NAME = "parts/imp_1/1.json"
ROWS = (
    row(),
    row("+442079460000", customer_id="wallet-8"),
    row(OTHER_NUMBER, customer_id="wallet-9"),
    row(NUMBER, customer_id="wallet-10"),
)


@pytest.fixture
def world() -> World:
    return World(StagedAdapters())


def lying(world: World, content: bytes) -> dict[str, bytes]:
    world.adapters.import_box.objects[NAME] = content
    return world.adapters.import_box.objects


def test_each_row_is_a_customer_or_a_flaw(world: World) -> None:
    box = lying(world, part(*ROWS[:3]))
    report = world.ringfence.import_rows(NAME)
    assert report is not None
    assert (report.imported, report.present) == (2, 0)
    assert [(it.line, it.field) for it in report.flaws] == [(3, "/phone_number")]
    assert {it.id for it in world.rows(Customer)} == {"wallet-7", "wallet-9"}
    assert PartReport.from_canonical(box[report_name(NAME)]) == report
    assert NAME not in box


def test_who_is_there_is_a_flaw_of_the_row(world: World) -> None:
    world.customer(NUMBER, "wallet-1")
    world.customer(OTHER_NUMBER, "wallet-9")
    lying(world, part(ROWS[0], ROWS[2]))
    report = world.ringfence.import_rows(NAME)
    assert report is not None
    assert [(it.line, it.field) for it in report.flaws] == [(2, "/phone_number"), (3, "/customer_id")]
    assert "7400" not in str(report)


def test_a_part_that_comes_twice_is_worked_off_once(world: World) -> None:
    lying(world, part(*ROWS[:3]))
    world.ringfence.import_rows(NAME)
    before = dict(world.store.rows)
    assert world.ringfence.import_rows(NAME) is None
    assert world.store.rows == before


def test_a_part_whose_rows_are_there_is_no_harm(world: World) -> None:
    lying(world, part(*ROWS[:3]))
    world.ringfence.import_rows(NAME)
    before = dict(world.store.rows)
    lying(world, part(*ROWS[:3]))
    report = world.ringfence.import_rows(NAME)
    assert report is not None
    assert (report.imported, report.present, len(report.flaws)) == (0, 2, 1)
    assert world.store.rows == before


@pytest.mark.parametrize("applies", [False, True])
def test_a_part_that_fails_stays_and_is_worked_off_again(world: World, applies: bool) -> None:
    box = lying(world, part(*ROWS[:3]))
    store = world.adapters.store
    store.fails_at, store.applies = 0, applies  # type: ignore[attr-defined]
    with pytest.raises(Unavailable):
        world.ringfence.import_rows(NAME)
    assert list(box) == [NAME]
    # The others were not kept waiting.
    assert len(world.rows(Customer)) == (2 if applies else 1)
    report = world.ringfence.import_rows(NAME)
    assert report is not None
    assert report.imported + report.present == 2


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"rows": 1}', part(*[row()] * (MOST_ROWS + 1))])
def test_what_is_no_part_is_said_and_gone(world: World, content: bytes) -> None:
    box = lying(world, content)
    report = world.ringfence.import_rows(NAME)
    assert report is not None
    assert [it.line for it in report.flaws] == [0]
    assert list(box) == [report_name(NAME)]
    assert not world.rows(Customer)


def test_half_a_surrogate_pair_beside_a_number_stops_no_part(world: World) -> None:
    lying(world, part(row(f"{NUMBER}\ud800"), ROWS[2]))
    report = world.ringfence.import_rows(NAME)
    assert report is not None
    assert (report.imported, report.flaws) == (2, [])
