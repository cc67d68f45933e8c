"""A text's length over the air is the carrier's: what is counted here is what is paid for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.sms_parts import BASIC, EXTENDED, encoding, octets, sms_parts

# 3GPP TS 23.038 6.2.1 as code points by septet; 0x1B is the escape.
ALPHABET = [
    *(0x40, 0xA3, 0x24, 0xA5, 0xE8, 0xE9, 0xF9, 0xEC, 0xF2, 0xC7, 0x0A, 0xD8, 0xF8, 0x0D, 0xC5, 0xE5),
    *(0x394, 0x5F, 0x3A6, 0x393, 0x39B, 0x3A9, 0x3A0, 0x3A8, 0x3A3, 0x398, 0x39E, 0xC6, 0xE6, 0xDF, 0xC9),
    *(0x20, 0x21, 0x22, 0x23, 0xA4, *range(0x25, 0x40)),
    *(0xA1, *range(0x41, 0x5B), 0xC4, 0xD6, 0xD1, 0xDC, 0xA7),
    *(0xBF, *range(0x61, 0x7B), 0xE4, 0xF6, 0xF1, 0xFC, 0xE0),
]
# 3GPP TS 23.038 6.2.1.1.
EXTENSION = [0x0C, 0x5E, 0x7B, 0x7D, 0x5C, 0x5B, 0x7E, 0x5D, 0x7C, 0x20AC]
GSM_7 = st.text(st.sampled_from(sorted(BASIC | EXTENDED)), max_size=700)
TEXTS = GSM_7 | st.text(st.characters(codec="utf-8"), max_size=300)


def test_the_alphabet_is_the_standard_s() -> None:
    assert sorted(BASIC) == sorted(map(chr, ALPHABET))
    assert sorted(EXTENDED) == sorted(map(chr, EXTENSION))


@pytest.mark.parametrize("text", ["`", "ç", "á", "í", "ó", "ú", "ã", "’", "\t", "中", "😀", "a" * 50 + "…"])
def test_one_character_of_another_alphabet_makes_it_ucs_2(text: str) -> None:
    assert encoding(text) == "UCS-2"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 459, 3),
        ("a" * 460, 4),
        ("€" * 80, 1),
        ("€" * 81, 2),
        # 153 septets hold 76 escapes and a septet that stays empty.
        ("€" * 152, 2),
        ("€" * 153, 3),
        ("a" * 152 + "€" + "a" * 151, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("中" * 70, 1),
        ("中" * 71, 2),
        ("中" * 134, 2),
        ("中" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),
        ("😀" * 67, 3),
        ("中" * 66 + "😀" + "中" * 65, 2),
        ("中" * 66 + "😀" + "中" * 66, 3),
    ],
    ids=lambda value: f"{len(value)} {value[:1]}{value[-1:]}" if isinstance(value, str) else None,
)
def test_parts_are_counted_as_the_standard_cuts_them(text: str, parts: int) -> None:
    assert sms_parts(text) == parts


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("a", 1), ("a" * 8, 7), ("a" * 160, 140), ("€", 2), ("é中", 4), ("😀", 4)]
)
def test_octets_are_those_over_the_air(text: str, length: int) -> None:
    assert octets(text) == length


@given(TEXTS)
def test_one_part_is_140_octets(text: str) -> None:
    assert (sms_parts(text) == 1) == (octets(text) <= 140)


@given(TEXTS)
def test_several_parts_are_as_many_as_their_room_asks_for(text: str) -> None:
    # 153 septets or 67 units; at most one of them stays empty, where a pair would be cut.
    bits, each = (7, 153) if encoding(text) == "GSM-7" else (16, 67)
    units = octets(text) * 8 // bits
    if octets(text) > 140:
        assert -(-units // each) <= sms_parts(text) <= -(-units // (each - 1))


@given(TEXTS, st.characters(codec="utf-8"))
def test_one_character_more_never_costs_less(text: str, more: str) -> None:
    assert sms_parts(text + more) >= sms_parts(text)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=71, max_size=700))
def test_without_pairs_no_room_is_lost(text: str) -> None:
    assert sms_parts(text) == -(-len(text) // 67)
