"""A justification says something, in whatever language, and holds no number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import FieldInvalid
from chalicelib.domain.justification import FILLER, LEAST_UNSPACED, LONGEST, LOWER_ROWS, require_substance

GOOD = [
    "the customer asked to be called",
    "Call back about case A-1042, as the customer asked",
    "Liberty property: poverty assessment",
    "rückruf wegen gesperrter Karte",
    "عميل يطلب معاودة الاتصال به",
    "ग्राहक ने वापस कॉल करने को कहा",
    "Kunde fragt nach dem Wert seiner Bestellung",
    "Anfrage zur Wertzuwachssteuer",
    "el cliente alaba la destreza del taller",
    "Reza hat um Rückruf gebeten",
    "बच्चे की माँ से बात करनी है",
    "வாடிக்கையாளர் திரும்ப அழைக்கக் கேட்டார்",
    "مشتری می\u200cخواهد تماس بگیریم",
    "Клиент просил перезвонить ему",
    "\u5ba2\u6237\u8981\u6c42\u56de\u7535\u786e\u8ba4",
    "\u304a\u5ba2\u69d8\u304c\u6298\u308a\u8fd4\u3057\u3092\u5e0c\u671b",
    "\uace0\uac1d \ud68c\uc2e0 \uc694\uccad \ucc98\ub9ac",
    "\u0e25\u0e39\u0e01\u0e04\u0e49\u0e32\u0e02\u0e2d\u0e43\u0e2b\u0e49\u0e42\u0e17\u0e23\u0e01\u0e25\u0e31\u0e1a",
    "order 2026-11-21, ticket 1234567 is late",
]
BAD = {
    "empty": "",
    "one word": "becausebecausebecause",
    "two words": "customer request received"[:16],
    "short": "to call him",
    "one word again and again": "call call call call call",
    "two words in turn": "call back call back call back",
    "the same in other letters": "Call CALL call \uff43\uff41\uff4c\uff4c call",
    "one letter": "aaaaaa bbbbbb cccccc dddddd",
    "letters alone": "a b c d e f g h i j k",
    "digits": "12 34 56 78 90 12 ab",
    "marks": "!!! ??? ... --- +++ ///",
    "keyboard": "asdf jkl asdf jkl qwer",
    "keyboard backwards": "please lkjhgf the customer",
    "keyboard inside": "theqwertycustomer wants this",
    "one character": "\u554a" * 12,
    "four characters in turn": "\u5ba2\u6237\u8981\u6c42" * 4,
    "seven characters": "\u5ba2\u6237\u8981\u6c42\u56de\u7535\u786e",
    "a line break": "the customer asked\nto be called",
    "a number": "call him back on +44 7400 123456",
    "a number in other digits": "the customer asked to be called \uff11\uff13\uff18\uff10\uff10\uff11\uff13\uff18",
    "a number with wide gaps": "call 7400    1234    5678 back",
    "a number with nothing between": "call 74\u200c00\u200d12\u200c34 back",
    "marks without letters": "\u0301\u0302\u0303 \u0304\u0305\u0306 \u0307\u0308\u0309 12345",
    "one word and nothing": "call cal\u200cl c\u200call call\u200c",
    "too long": "because the customer asked " * 20,
    "too long for what it says": "the customer asked" + " " * 300_000 + "to be called",
}


def refuses(text: str) -> bool:
    try:
        require_substance(text)
    except FieldInvalid:
        return True
    return False


@pytest.mark.parametrize("text", GOOD)
def test_a_reason_is_taken(text: str) -> None:
    assert not refuses(text)


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        require_substance(text)
    assert refused.value.pointer == "/justification"
    assert not text or text not in refused.value.reason


@given(st.text(max_size=LONGEST + 10))
def test_any_text_is_judged(text: str) -> None:
    # Nothing but a refusal is raised, and what cannot hold a reason is refused.
    assert refuses(text) or LEAST_UNSPACED <= len(text) <= LONGEST


@given(st.text(st.characters(categories=["L"]), min_size=1, max_size=6), st.integers(1, 80), st.sampled_from(" ,.-"))
def test_one_word_however_often_is_no_reason_where_words_have_spaces(word: str, times: int, between: str) -> None:
    if max(word) < "\u0e00":
        assert refuses(between.join([word] * times))


TYPED = (*LOWER_ROWS, "qwertyuiop", "qwertzuiop", "azertyuiop")


@given(st.sampled_from(TYPED), st.data(), st.sampled_from(["the customer asked {}", "{} as was asked", "{}"]))
def test_a_run_of_the_keyboard_spoils_a_reason(row: str, data: st.DataObject, around: str) -> None:
    # Of the upper row only what begins at its end: its middle is full of words.
    begin = data.draw(st.integers(0, len(row) - 4)) if row in LOWER_ROWS else 0
    run = row[begin : data.draw(st.integers(begin + (4 if row in LOWER_ROWS else 6), len(row)))]
    assert refuses(around.format(data.draw(st.sampled_from([run, run[::-1], run.upper()]))))


@pytest.mark.parametrize("word", ["property", "wert", "wertz", "bewertung", "reza", "ytre", "destreza", "trez", "poi"])
def test_a_word_that_looks_like_a_run_is_one(word: str) -> None:
    assert FILLER.search(word) is None


@given(st.sampled_from(GOOD), st.from_regex(r"\+?[1-9][0-9]{8,14}", fullmatch=True))
def test_a_number_spoils_any_reason(reason: str, number: str) -> None:
    assert refuses(f"{reason} {number}")


@given(st.sampled_from(GOOD), st.sampled_from([str.upper, str.title, lambda text: f"  {text}  "]))
def test_a_reason_in_other_letters_stays_one(reason: str, written: object) -> None:
    assert not refuses(written(reason))  # type: ignore[operator]
