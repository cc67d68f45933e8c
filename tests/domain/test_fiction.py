"""Test numbers stand where nobody can have a phone, and nowhere else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.fiction import TestNumber, fiction_of
from chalicelib.domain.mistake import Mistake

NUMBER = TestNumber("+447700900123", "135790", "wallet-review", "2027-03-01")


@pytest.mark.parametrize(
    ("e164", "region"),
    [
        ("+447700900000", "GB"),
        ("+447700900999", "GB"),
        ("+447700901000", None),
        ("+447700899999", None),
        ("+12025550100", "US"),
        ("+12025550199", "US"),
        ("+12025550200", None),
        ("+12025550099", None),
        ("+11025550100", None),
        ("+18005550123", None),
        ("+18335550199", None),
        ("+18865550100", None),
        ("+19005550100", None),
        ("+18085550100", "US"),
        ("+33639980000", "FR"),
        ("+33639990000", None),
        ("+353209100000", "IE"),
        ("+46701740605", "SE"),
        ("+46701740604", None),
        ("+46701740699", "SE"),
        ("+61491570006", "AU"),
        ("+61491570007", None),
        ("+8613800138000", None),
        ("+4477009001234", None),
        ("447700900123", None),
    ],
)
def test_a_range_begins_and_ends_where_its_regulator_says(e164: str, region: str | None) -> None:
    assert fiction_of(e164) == region


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_a_number_at_random_is_refused_or_reserved(e164: str) -> None:
    if fiction_of(e164) is None:
        with pytest.raises(Mistake) as refused:
            replace(NUMBER, phone_number=e164)
        assert refused.value.path == ("phone_number",)
        assert e164 not in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"code": "12345"}, "code"),
        ({"code": "12345a"}, "code"),
        ({"client_id": ""}, "client_id"),
        ({"expires_on": "2027-13-01"}, "expires_on"),
        ({"expires_on": "tomorrow"}, "expires_on"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, str], where: str) -> None:
    with pytest.raises(Mistake) as refused:
        replace(NUMBER, **changes)
    assert refused.value.path == (where,)


def test_it_serves_one_client_until_its_day() -> None:
    assert NUMBER.serves("wallet-review", "2027-02-28")
    assert not NUMBER.serves("wallet-review", "2027-03-01")
    assert not NUMBER.serves("wallet-app", "2027-02-28")


def test_neither_number_nor_code_can_be_read_of_it() -> None:
    assert "7700" not in repr(NUMBER)
    assert "135790" not in repr(NUMBER)
