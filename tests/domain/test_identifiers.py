"""An opaque id is never a number, and a number in a free text is found."""

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.domain.identifiers import IDEMPOTENCY_KEY, contains_number, new_id, reads_as_number

FORMAT = phonenumbers.PhoneNumberFormat
RUNS = st.text("0123456789", min_size=8, max_size=15)
SEPARATORS = st.text(" ()./_#-\t", max_size=2)
SEPARATED = st.lists(st.tuples(st.sampled_from("0123456789"), SEPARATORS), min_size=9, max_size=15).map(
    lambda pairs: "".join(digit + gap for digit, gap in pairs)
)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Nd"]), max_size=20)
SPELLINGS = [
    spelled
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    if (number := phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE))
    for form in (FORMAT.E164, FORMAT.INTERNATIONAL, FORMAT.NATIONAL, FORMAT.RFC3966)
    if sum(map(str.isdigit, spelled := phonenumbers.format_number(number, form))) >= 9
]


@given(SEPARATED | st.text("0123456789", min_size=7, max_size=8))
def test_a_number_reads_as_one_however_it_is_separated(spelled: str) -> None:
    assert reads_as_number(spelled)
    assert reads_as_number("+" + spelled)


@given(st.text("0123456789abcXYZ_-", min_size=8, max_size=64).filter(lambda text: any(map(str.isalpha, text))))
def test_an_id_with_a_letter_reads_as_no_number(text: str) -> None:
    assert not reads_as_number(text)


@given(st.text("0123456789", max_size=6) | st.from_regex("[1-9][0-9]{15,30}", fullmatch=True))
def test_too_short_and_too_long_reads_as_no_number(text: str) -> None:
    assert not reads_as_number(text)


@given(st.text("0", max_size=8), st.from_regex("[1-9][0-9]{6,14}", fullmatch=True))
def test_zeros_in_front_hide_no_number(zeros: str, digits: str) -> None:
    assert reads_as_number(zeros + digits)


@given(WORDS, RUNS, WORDS)
def test_a_run_of_digits_is_found_in_any_text(before: str, digits: str, after: str) -> None:
    assert contains_number(before + digits + after)
    assert contains_number(f"{before}+{digits}{after}")


@given(st.text(st.characters(categories=["Nd"]), min_size=8, max_size=15))
def test_a_number_is_found_in_every_script(digits: str) -> None:
    assert contains_number(digits)


@given(WORDS, st.sampled_from(SPELLINGS), WORDS)
def test_every_usual_spelling_is_found_in_any_text(before: str, spelled: str, after: str) -> None:
    assert contains_number(before + spelled + after)


@given(SEPARATED)
@example("555 - 123 - 4567")
@example("555_123_4567")
@example("(0-25) 1234567")
@example("7400    1234    5678")
def test_whatever_reads_as_a_number_contains_one(spelled: str) -> None:
    assert contains_number(spelled)


@pytest.mark.parametrize(
    "text", ["", "case 4711", "on 2026-11-21 at noon", "ticket 1234567", "order A-123456", "rung at 10:15, 17:45"]
)
def test_an_ordinary_text_contains_no_number(text: str) -> None:
    assert not contains_number(text)


@given(st.sampled_from(["vrf", "cus", "evt", "acc"]))
def test_a_new_id_is_opaque_and_never_reads_as_a_number(prefix: str) -> None:
    made = new_id(prefix)
    assert IDEMPOTENCY_KEY.fullmatch(made)
    assert len(made) == len(prefix) + 1 + 32
    assert not reads_as_number(made)
    assert new_id(prefix) != made
