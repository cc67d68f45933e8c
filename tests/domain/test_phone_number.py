"""Numbers are read strictly, and shown only as masks."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import FieldInvalid, PhoneNumberInvalid, PhoneNumberRefused
from chalicelib.domain.line_types import LINE_TYPES
from chalicelib.domain.phone_number import (
    LONGEST_INPUT,
    PhoneNumber,
    known_phone_number,
    mask,
    parse_phone_number,
    require_accepted,
)

FORMAT = phonenumbers.PhoneNumberFormat
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
EXAMPLES = [
    (region, example)
    for region in REGIONS
    if (example := phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE))
]
ELSEWHERE = [
    example
    for code in sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS)
    if (example := phonenumbers.example_number_for_non_geo_entity(code))
]
KINDS = [
    (region, kind)
    for region in ("CN", "DE", "GB", "US")
    for kind in phonenumbers.PhoneNumberType.values()
    if phonenumbers.example_number_for_type(region, kind) is not None
]


def e164(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, FORMAT.E164))


def name_of(kind: int) -> str:
    return str(phonenumbers.PhoneNumberType.to_string(kind)).lower()


def calling_code(number: phonenumbers.PhoneNumber) -> str:
    return f"+{number.country_code}"


def test_there_is_an_example_for_nearly_every_region() -> None:
    assert len(EXAMPLES) > 230
    assert len(ELSEWHERE) > 5


@pytest.mark.parametrize(("region", "example"), EXAMPLES, ids=[region for region, _ in EXAMPLES])
def test_every_spelling_of_a_number_means_the_same_number(region: str, example: phonenumbers.PhoneNumber) -> None:
    read = parse_phone_number(e164(example))
    assert read.e164 == e164(example)
    assert phonenumbers.is_valid_number_for_region(example, read.region)
    assert parse_phone_number(phonenumbers.format_number(example, FORMAT.INTERNATIONAL)) == read
    assert parse_phone_number(phonenumbers.format_number(example, FORMAT.NATIONAL), region) == read
    assert parse_phone_number(e164(example), region) == read
    assert parse_phone_number(e164(example), read.region) == read


@pytest.mark.parametrize("example", [*(example for _, example in EXAMPLES), *ELSEWHERE], ids=calling_code)
def test_a_mask_keeps_calling_code_length_and_two_digits_only(example: phonenumbers.PhoneNumber) -> None:
    number, code = e164(example), str(example.country_code)
    masked = parse_phone_number(number).masked
    assert len(masked) == len(number)
    assert masked.startswith(f"+{code}*")
    assert masked.endswith(f"*{number[-2:]}")
    assert set(masked[1 + len(code) : -2]) == {"*"}
    assert masked == mask(number)


@pytest.mark.parametrize("example", [*(example for _, example in EXAMPLES), *ELSEWHERE], ids=calling_code)
def test_no_text_form_shows_the_number(example: phonenumbers.PhoneNumber) -> None:
    number = parse_phone_number(e164(example))
    national = str(example.national_number)
    for text in (repr(number), str(number), f"{number}", f"{number!r}", f"{[number]}"):
        assert number.e164 not in text
        assert national not in text
        assert number.masked in text


@pytest.mark.parametrize("example", ELSEWHERE, ids=calling_code)
def test_a_number_of_no_country_belongs_to_the_world(example: phonenumbers.PhoneNumber) -> None:
    assert parse_phone_number(e164(example)).region == "001"


@pytest.mark.parametrize(("region", "kind"), KINDS, ids=[f"{region}-{name_of(kind)}" for region, kind in KINDS])
def test_the_line_type_is_named(region: str, kind: int) -> None:
    example = phonenumbers.example_number_for_type(region, kind)
    assert example is not None
    assert parse_phone_number(e164(example)).line_type == name_of(phonenumbers.number_type(example))


def test_every_line_type_of_libphonenumber_has_a_name() -> None:
    assert sorted(LINE_TYPES) == sorted(name_of(kind) for kind in phonenumbers.PhoneNumberType.values())


@pytest.mark.parametrize(
    ("text", "region", "pointer"),
    [
        ("07400123456", None, "/phone_number"),
        ("", None, "/phone_number"),
        ("", "GB", "/phone_number"),
        ("+", None, "/phone_number"),
        ("+44", None, "/phone_number"),
        ("+447400", None, "/phone_number"),
        ("+4474001234567890", None, "/phone_number"),
        ("+999123456789", None, "/phone_number"),
        ("+44 7400 123456 ext. 12", None, "/phone_number"),
        ("+447400123456;ext=12", None, "/phone_number"),
        ("+447400123456" + " " * (LONGEST_INPUT - 12), None, "/phone_number"),
        ("07400123456", "gb", "/region"),
        ("07400123456", "XX", "/region"),
        ("07400123456", "001", "/region"),
        ("07400123456", "", "/region"),
        ("+447400123456", "DE", "/region"),
        ("+447400123456", "GG", "/region"),
        ("999", "GB", "/phone_number"),
        ("call me maybe", "GB", "/phone_number"),
    ],
)
def test_what_is_no_number_is_refused_without_repeating_it(text: str, region: str | None, pointer: str) -> None:
    with pytest.raises(PhoneNumberInvalid) as refused:
        parse_phone_number(text, region)
    assert refused.value.pointer == pointer
    digits = "".join(filter(str.isdigit, text))
    assert not digits or digits not in f"{refused.value!r} {refused.value}"
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_the_longest_input_may_be_a_number() -> None:
    assert parse_phone_number("+44 7400 123456".ljust(LONGEST_INPUT)).e164 == "+447400123456"


@given(st.text(max_size=40), st.none() | st.sampled_from(REGIONS))
def test_whatever_is_sent_is_a_number_or_a_field_error(text: str, region: str | None) -> None:
    try:
        number = parse_phone_number(text, region)
    except FieldInvalid:
        return
    assert parse_phone_number(number.e164) == number


def test_a_stored_number_is_read_again_as_it_was_parsed() -> None:
    for _, example in EXAMPLES:
        assert known_phone_number(e164(example)) == parse_phone_number(e164(example))


def test_a_stored_number_is_not_judged_again() -> None:
    assert known_phone_number("+44740012").e164 == "+44740012"


def test_the_policy_turns_regions_and_line_types_away() -> None:
    number = PhoneNumber("+447400123456", "GB", "mobile")
    require_accepted(number, ("CN",), ("fixed_line",))
    for regions, kinds in ((("GB",), ()), ((), ("mobile",))):
        with pytest.raises(PhoneNumberRefused) as refused:
            require_accepted(number, regions, kinds)
        assert refused.value.pointer == "/phone_number"
        assert "7400" not in refused.value.reason


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        ("+8613800138000", ("Asia/Shanghai",)),
        ("+14155550123", ("America/Los_Angeles",)),
        # They share a calling code with a larger neighbour.
        ("+18765551234", ("America/Jamaica",)),
        ("+77012345678", ("Asia/Almaty", "Asia/Aqtobe")),
        # Reserved for fiction, so libphonenumber knows no such number.
        ("+447700900123", ("Europe/Guernsey", "Europe/Isle_of_Man", "Europe/London")),
        ("+881612345678", ()),
    ],
)
def test_where_a_number_may_be(number: str, zones: tuple[str, ...]) -> None:
    assert known_phone_number(number).time_zones == zones


def test_a_mobile_number_of_a_wide_country_may_be_anywhere_in_it() -> None:
    found = known_phone_number("+79161234567").time_zones
    assert {"Europe/Moscow", "Asia/Vladivostok"} <= set(found)
