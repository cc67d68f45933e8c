"""5 000 starts a second make no partition key hot, and docs/capacity.md says how."""

from dataclasses import replace

import pytest

from chalicelib.adapters.dynamodb_places import to_item
from chalicelib.domain.traffic import DAYS, HOURS, SLOTS_OF_HOUR, Counts, new_traffic
from chalicelib.services.pumping_guard import DAILY_OF_A_ROW
from tests.fakes import NOON
from tests.prove.capacity_table import MOST_WRITES, OWN, PAGE, SHARED, kms_calls, page, rates, unknown_keys
from tests.prove.recorded_calls import Recorded, octets, recorded_calls
from tests.worlds import Issuer


@pytest.fixture(scope="module")
def recorded(issuer: Issuer) -> Recorded:
    """One signup."""
    return recorded_calls(issuer)


def test_the_page_says_what_was_recorded(recorded: Recorded) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(recorded), "run: python -m tests.prove.capacity_table"


def test_no_shared_key_is_written_more_often(recorded: Recorded) -> None:
    found = rates(recorded)
    assert len(found) == len(SHARED)
    assert all(0 < each < MOST_WRITES for each in found.values()), found


def test_every_key_is_in_the_tables(recorded: Recorded) -> None:
    assert len({key for _, key in recorded.writes}) > 2 * len(OWN)
    assert unknown_keys(recorded) == []


def test_kms_is_asked_as_often_as_the_code_says(recorded: Recorded) -> None:
    # Tag, seal, secret; secret; open, and two data keys.
    calls = kms_calls(recorded)
    assert (calls["start"], calls["right check"], calls["bind"], calls["purge"]) == (3, 1, 3, 0)


def test_a_row_of_a_budget_is_one_unit_however_busy(recorded: Recorded) -> None:
    assert all(size <= 1024 for key, size in recorded.octets.items() if key.startswith("budgets "))
    sent, an_hour = 60_000, 720_000
    full = Counts((sent,) * SLOTS_OF_HOUR, (an_hour,) * HOURS)
    row = replace(
        new_traffic("CN#12", NOON, DAILY_OF_A_ROW, 25),
        sent=sent,
        verified=sent,
        flight_0=sent,
        flight_1=sent,
        flight_2=sent,
        moves=sent,
        past_sent=full,
        past_verified=full,
        unverified=full,
        days=(DAILY_OF_A_ROW,) * DAYS,
        version="0123456789abcdef",
    )
    assert 900 < octets(to_item(row)) <= 1024
