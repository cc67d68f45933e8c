"""Advertising ends with the way out, in the word of the country; a policy without one does not come into being."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.mistake import Mistake
from chalicelib.domain.policy import Policy
from chalicelib.domain.sending_rules import Country
from chalicelib.domain.wording import Texts
from tests.domain.samples import CODES, CONTACT, NOTICES, OLD_NUMBER, REPLIES, RULEBOOK

ADVERTISING = {**RULEBOOK.purposes, "marketing": replace(RULEBOOK.purposes["marketing"], commercial=True)}
OUT = "Reply {word} to opt out"


def with_advertising(**texts: Texts) -> Policy:
    rules = replace(
        RULEBOOK, purposes=ADVERTISING, countries={"other": Country("0.25"), "CN": Country("0.03", 0, "sns", "R")}
    )
    return Policy(rules, NOTICES, {"en": Texts(CODES, CONTACT, OLD_NUMBER, OUT, REPLIES), **texts})


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_advertising_without_a_way_out_is_refused_in_each_locale(locale: str) -> None:
    with pytest.raises(Mistake) as mistake:
        with_advertising(**{locale: Texts(CODES, CONTACT, OLD_NUMBER)})
    assert mistake.value.path == ("messages", locale, "opt_out")
    assert "marketing" in mistake.value.reason


def test_a_locale_without_advertising_needs_no_way_out() -> None:
    assert Policy(RULEBOOK, NOTICES, {"en": Texts(CODES, CONTACT, OLD_NUMBER)}).texts["en"].opt_out is None
    quiet = {name: texts for name, texts in CONTACT.items() if name != "marketing"}
    assert Policy(replace(RULEBOOK, purposes=ADVERTISING), NOTICES, {"en": Texts(CODES, quiet, OLD_NUMBER)})


@pytest.mark.parametrize("opt_out", ["", "Reply STOP", "{word} {other}", "{word", "{}", "{word}\n", "a\n{word}"])
def test_a_way_out_is_one_line_with_the_country_s_word_in_it(opt_out: str) -> None:
    with pytest.raises(Mistake) as mistake:
        Texts(CODES, CONTACT, OLD_NUMBER, opt_out)
    assert mistake.value.path == ("opt_out",)


@pytest.mark.parametrize("word", ["STOP", "R"])
def test_a_text_with_a_way_out_of_its_own_is_refused(word: str) -> None:
    contact = {**CONTACT, "marketing": {"offer": f"{{company}}: {{title}}. Reply {word} to opt out"}}
    with pytest.raises(Mistake) as mistake:
        with_advertising(fr=Texts(CODES, contact, OLD_NUMBER, OUT, REPLIES))
    assert mistake.value.path == ("messages", "fr", "contact", "marketing", "offer")


def test_where_advertising_can_be_answered_the_answers_are_known() -> None:
    with pytest.raises(Mistake) as mistake:
        with_advertising(fr=Texts(CODES, CONTACT, OLD_NUMBER, OUT))
    assert mistake.value.path == ("messages", "fr", "replies")


@pytest.mark.parametrize("word", ["HALT", "START", "T"])
def test_a_country_s_word_that_nobody_would_hear_is_refused(word: str) -> None:
    rules = with_advertising().rules
    countries = {**rules.countries, "CN": replace(rules.countries["CN"], opt_out_word=word)}
    with pytest.raises(Mistake) as mistake:
        replace(with_advertising(), rules=replace(rules, countries=countries))
    assert mistake.value.path == ("countries", "CN", "opt_out_word")
    heard = replace(REPLIES, stop_alone=(word,), start=())
    fr = Texts(CODES, CONTACT, OLD_NUMBER, OUT, heard)
    assert replace(with_advertising(fr=fr), rules=replace(rules, countries=countries))


@pytest.mark.parametrize(
    ("name", "text"),
    [("stopped", "{url}"), ("stopped", "{"), ("stopped", "{}"), ("choices", "{company}"), ("choices", "{url} {word}")],
)
def test_an_answer_has_its_own_placeholders(name: str, text: str) -> None:
    change: Any = {name: text}
    with pytest.raises(Mistake) as mistake:
        Texts(CODES, CONTACT, OLD_NUMBER, OUT, replace(REPLIES, **change))
    assert mistake.value.path == ("replies", name)


def test_a_way_out_says_the_word() -> None:
    assert Texts(CODES, CONTACT, OLD_NUMBER, OUT).way_out("R") == "Reply R to opt out"


@pytest.mark.parametrize("word", ["", "STOP NOW", "{word}", "STOP\n", "x" * 13])
def test_a_country_s_word_is_one_word(word: str) -> None:
    with pytest.raises(Mistake) as mistake:
        Country("0.25", opt_out_word=word)
    assert mistake.value.path == ("opt_out_word",)
