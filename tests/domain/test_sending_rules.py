"""Prices are counted in whole millionths, and read as the policy writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.sending_rules import PRICE, micro_usd, usd


@pytest.mark.parametrize(
    ("micro", "text"),
    [(0, "0.00"), (1, "0.000001"), (34_500, "0.0345"), (60_000, "0.06"), (100_000, "0.10"), (12_000_000, "12.00")],
)
def test_a_price_is_written_as_the_policy_writes_it(micro: int, text: str) -> None:
    assert usd(micro) == text


@given(st.integers(0, 999_999_999_999))
def test_what_is_written_reads_as_the_same(micro: int) -> None:
    text = usd(micro)
    assert PRICE.fullmatch(text)
    assert micro_usd(text) == micro
    # No shorter text would do.
    assert len(text.partition(".")[2]) == 2 or not text.endswith("0")
