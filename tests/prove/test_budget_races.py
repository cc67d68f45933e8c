"""The races for shared budgets, at full size."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.prove import budget_races
from tests.worlds import Issuer, World, engine_world, moto_world


@pytest.fixture(params=["moto", "engine"])
def narrow(request: pytest.FixtureRequest, issuer: Issuer, tmp_path: Path) -> Iterator[World]:
    """A world under a policy with one narrow budget for a number and one for a country."""
    folder = budget_races.narrow_policy(tmp_path)
    if request.param == "moto":
        with moto_world(issuer, folder) as made:
            yield made
    else:
        with engine_world(issuer, request.getfixturevalue("engine_url"), folder) as made:
            yield made


def test_50_checks_over_10_verifications_of_one_number(narrow: World) -> None:
    told = budget_races.wrong_codes_of_one_number(narrow, 10, 50)
    assert told["CodeIncorrect"] == budget_races.WRONG_CODES


def test_200_starts_at_one_country_s_cap(narrow: World) -> None:
    told = budget_races.starts_at_a_country_s_cap(narrow, 200)
    assert set(told) <= {"pending", "Throttled", "Contended"}, told
