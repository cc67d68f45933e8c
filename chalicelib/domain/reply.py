"""What people answer to an SMS: that advertising ends, that it may begin again, or something else."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.domain.mistake import demand

STOP, START = "stop", "start"
# Letters and digits of a text in which most words count wherever they stand. A longer one tells a story: people write
# of stopping payments, too.
LONGEST_REPLY = 50
# Han and kana, which are written without spaces: each is a token of its own.
SPACELESS = re.compile("[\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]")
# Draws an Arabic word longer, and is a letter to Unicode only.
TATWEEL = "\u0640"


@dataclass(frozen=True)
class Replies:
    """The words that people of one locale answer with, and the texts that they get back.

    Attributes:
        stop_always: end advertising wherever they stand: words that mean nothing else.
        stop: end it wherever they stand in a short text.
        stop_alone: end it as the whole text or its first line only: words of one letter, and those that mean other
            things, too.
        start: ask for it again; as the whole text only.
        courtesy: may stand around a word that must be alone.
        stopped: the answer to the first three; it may name `company`.
        choices: the answer to the last; it names `url`, where it is chosen, and may name `company`.
    """

    stop_always: tuple[str, ...]
    stop: tuple[str, ...]
    stop_alone: tuple[str, ...]
    start: tuple[str, ...]
    courtesy: tuple[str, ...]
    stopped: str
    choices: str

    def __post_init__(self) -> None:
        for name in ("stop_always", "stop", "stop_alone", "start", "courtesy"):
            demand(all(_tokens(each) for each in getattr(self, name)), name, "must hold words")
        for name in ("stop_always", "stop"):
            # Or any text with that letter in it, a name's initial among them, would end everything.
            is_long = all(len(_letters(each)) > 1 for each in getattr(self, name))
            demand(is_long, name, "must hold no word of one letter")


@dataclass(frozen=True)
class Words:
    """The words of every locale together: a customer answers in any language, and knows no setting of ours."""

    stop_always: frozenset[str]
    stop: frozenset[str]
    stop_alone: frozenset[str]
    start: frozenset[str]
    courtesy: tuple[str, ...]


def words_of(replies: Iterable[Replies]) -> Words:
    """All their words, in the form in which they are compared."""
    known = list(replies)
    return Words(
        stop_always=frozenset(_in_a_row(word) for each in known for word in each.stop_always),
        stop=frozenset(_in_a_row(word) for each in known for word in each.stop),
        stop_alone=frozenset(
            _letters(word) for each in known for word in (*each.stop_always, *each.stop, *each.stop_alone)
        ),
        start=frozenset(_letters(word) for each in known for word in each.start),
        # The longest first: it may hold a shorter one.
        courtesy=tuple(sorted({_in_a_row(word) for each in known for word in each.courtesy}, key=len, reverse=True)),
    )


def meaning(text: str, words: Words) -> str | None:
    """STOP, START, or None for whatever else. Case, width, punctuation, quotes, emoji and spaces make no difference.

    Source: 47 CFR 64.1200(a)(10): any reasonable means; MIIT Order 31 (2015) art. 18.
    """
    row, alone = _in_a_row(text), _alone(text, words)
    # What follows a first line is often a signature.
    first_line = next((line for line in text.splitlines() if _tokens(line)), "")
    if alone in words.stop_alone or _alone(first_line, words) in words.stop_alone:
        return STOP
    is_short = sum(unicodedata.category(each)[0] in "LN" for each in row) <= LONGEST_REPLY
    if any(word in row for word in (words.stop_always | words.stop if is_short else words.stop_always)):
        return STOP
    return START if alone in words.start else None


def _alone(text: str, words: Words) -> str:
    """Its letters without the courtesy around them."""
    row = _in_a_row(text)
    for each in words.courtesy:
        row = row.replace(each, " ")
    return row.replace(" ", "")


def _letters(text: str) -> str:
    return "".join(_tokens(text))


def _in_a_row(text: str) -> str:
    """Its tokens with a space around each, so that words are found whole, one or several in a row."""
    return f" {' '.join(_tokens(text))} "


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    is_open = False
    for character in unicodedata.normalize("NFKC", text).casefold():
        kind = unicodedata.category(character)
        if kind == "Cf" or character == TATWEEL:
            continue
        is_alone = SPACELESS.match(character) is not None
        if kind[0] in "LN" and (is_alone or not is_open):
            tokens.append(character)
            is_open = not is_alone
        elif kind[0] in "LNM" and is_open:
            tokens[-1] += character
        else:
            is_open = False
    return tokens
