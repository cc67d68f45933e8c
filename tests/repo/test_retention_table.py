"""docs/retention.md is the policy's and the code's."""

from chalicelib.adapters.dynamodb_places import PLACES
from chalicelib.domain import schedule
from tests.repo.retention_table import PAGE, REASONS, RECORDS, page, place_of

KINDS = [name for row in RECORDS for name in row.kinds.split()]


def test_the_page_is_made_of_the_policy() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_kind_of_record_has_one_row() -> None:
    assert sorted(KINDS) == sorted(kind.__name__ for kind in PLACES)


def test_every_reason_of_the_clock_has_a_row() -> None:
    ended = {schedule.ACCOUNT_CLOSED, schedule.ERASURE_ASKED, schedule.LEDGER_RETENTION_ENDED}
    assert {name for name, *_ in REASONS} == set(schedule.OPEN) | ended


def test_what_ends_by_ttl_has_one() -> None:
    for row in RECORDS:
        if "TTL" in row.takes:
            assert all(place_of(name).lapses for name in row.kinds.split()), row
        elif row.takes != "see docs/purge.md":
            assert not any(place_of(name).lapses for name in row.kinds.split()), row
