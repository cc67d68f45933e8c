"""The countries of an IP: each counts for a day after its last send, until a right code comes from it."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts import DAY, CountriesOfIp

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
STEPS = st.lists(
    st.tuples(st.integers(0, 30 * 3600), st.sampled_from(["GB", "CN", "US", "FR"]), st.booleans()), max_size=30
)


@given(STEPS)
def test_a_country_counts_for_a_day_after_its_last_send(steps: list[tuple[int, str, bool]]) -> None:
    row, at, last = CountriesOfIp("ip", NOON), NOON, dict[str, datetime]()
    for seconds, region, right in steps:
        at += timedelta(seconds=seconds)
        if right:
            row = row.verified(region)
            last.pop(region, None)
        else:
            row = row.reached(region, at)
            last[region] = at
        assert row.living(at) == {name: since for name, since in last.items() if since > at - DAY}
        # What counts no more is not kept for long, and the row for no longer than what it says.
        assert right or set(row.since) == set(row.living(at))
        assert right or row.lapses_at == at + DAY


def test_a_day_is_a_day() -> None:
    row = CountriesOfIp("ip", NOON).reached("GB", NOON)
    assert row.living(NOON + DAY - timedelta(microseconds=1))
    assert not row.living(NOON + DAY)


def test_a_right_code_leaves_other_countries_as_they_are() -> None:
    row = CountriesOfIp("ip", NOON).reached("GB", NOON).reached("CN", NOON)
    assert row.verified("GB").since == {"CN": NOON}
    assert row.verified("FR").since == row.since
    assert row.verified("GB").lapses_at == row.lapses_at
