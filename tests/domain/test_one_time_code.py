"""Codes are HOTP values of six digits."""

import hashlib
import hmac
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.one_time_code import CODE_DIGITS, codes_match, derive_code

# RFC 4226, appendix D: the counter is part of the secret here, so only its first row applies.
RFC_SECRET = b"12345678901234567890"
RFC_FIRST = "755224"
RFC_FIRST_HMAC = bytes.fromhex("cc93cf18508d94934c64b65d8ba7667fb7cde4b0")
CODES = st.text("0123456789", min_size=CODE_DIGITS, max_size=CODE_DIGITS)


def hotp(secret: bytes, counter: int) -> str:
    """RFC 4226, 5.3, written out."""
    digest = hmac.digest(secret, counter.to_bytes(8, "big"), hashlib.sha1)
    offset = digest[19] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**CODE_DIGITS:06d}"


def test_the_independent_statement_fits_the_rfc() -> None:
    assert hmac.digest(RFC_SECRET, bytes(8), hashlib.sha1) == RFC_FIRST_HMAC
    assert [hotp(RFC_SECRET, counter) for counter in range(10)] == [
        "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
    ]  # fmt: skip


def test_the_rfc_secret_gives_the_rfc_code() -> None:
    assert derive_code(RFC_SECRET) == RFC_FIRST


@given(st.binary(min_size=32, max_size=32))
def test_a_code_is_hotp_at_zero_with_six_digits(secret: bytes) -> None:
    code = derive_code(secret)
    assert code == hotp(secret, 0)
    assert len(code) == CODE_DIGITS
    assert code.isascii()
    assert code.isdigit()


def test_codes_with_leading_zeros_keep_them() -> None:
    codes = [derive_code(number.to_bytes(32, "big")) for number in range(1000)]
    assert any(code.startswith("0") for code in codes)
    assert {len(code) for code in codes} == {CODE_DIGITS}


def test_other_secrets_give_other_codes() -> None:
    codes = Counter(derive_code(number.to_bytes(32, "big")) for number in range(3000))
    assert max(codes.values()) <= 3


@given(CODES, CODES)
def test_codes_match_only_if_they_are_the_same(one: str, other: str) -> None:
    assert codes_match(one, one)
    assert codes_match(one, other) == (one == other)


@given(CODES, st.text(max_size=12))
def test_nothing_else_matches_a_code(code: str, presented: str) -> None:
    assert codes_match(code, presented) == (code == presented)


@pytest.mark.parametrize("presented", ["", " 755224", "755224 ", "7552240", "75522", "٧٥٥٢٢٤"])
def test_what_looks_like_the_code_is_not_the_code(presented: str) -> None:
    assert not codes_match(RFC_FIRST, presented)
