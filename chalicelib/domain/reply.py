"""What people answer to an SMS: that advertising ends, that it may begin again, or something else."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.domain.mistake import demand

STOP, START = "stop", "start"
# Letters and digits of a text in which a word counts wherever it stands. A longer one tells a story: people write of
# stopping payments, too.
LONGEST_REPLY = 40
# Han and kana, which are written without spaces: each is a token of its own.
SPACELESS = re.compile("[\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]")


@dataclass(frozen=True)
class Replies:
    """The words that people of one locale answer with, and the texts that they get back.

    Attributes:
        stop: end advertising wherever they stand in a short text.
        stop_alone: end it as the whole text only: words of one letter, and those that mean other things, too.
        start: ask for it again; as the whole text only.
        stopped: the answer to the first two; it may name `company`.
        choices: the answer to the last; it names `url`, where it is chosen, and may name `company`.
    """

    stop: tuple[str, ...]
    stop_alone: tuple[str, ...]
    start: tuple[str, ...]
    stopped: str
    choices: str

    def __post_init__(self) -> None:
        for name in ("stop", "stop_alone", "start"):
            demand(all(_tokens(each) for each in getattr(self, name)), name, "must hold words")
        # Or any text with that letter in it, a name's initial among them, would end everything.
        demand(all(len("".join(_tokens(each))) > 1 for each in self.stop), "stop", "must hold no word of one letter")


@dataclass(frozen=True)
class Words:
    """The words of every locale together: a customer answers in any language, and knows no setting of ours."""

    stop: frozenset[str]
    stop_alone: frozenset[str]
    start: frozenset[str]


def words_of(replies: Iterable[Replies]) -> Words:
    """All their words, in the form in which they are compared."""
    known = list(replies)
    return Words(
        stop=frozenset(_in_a_row(_tokens(word)) for each in known for word in each.stop),
        stop_alone=frozenset(_letters(word) for each in known for word in (*each.stop, *each.stop_alone)),
        start=frozenset(_letters(word) for each in known for word in each.start),
    )


def meaning(text: str, words: Words) -> str | None:
    """STOP, START, or None for whatever else. Case, width, punctuation, quotes, emoji and spaces make no difference.

    Source: 47 CFR 64.1200(a)(10): any reasonable means; MIIT Order 31 (2015) art. 18.
    """
    tokens = _tokens(text)
    letters, row = "".join(tokens), _in_a_row(tokens)
    is_short = len(letters) <= LONGEST_REPLY
    if letters in words.stop_alone or (is_short and any(word in row for word in words.stop)):
        return STOP
    return START if letters in words.start else None


def _letters(text: str) -> str:
    return "".join(_tokens(text))


def _in_a_row(tokens: list[str]) -> str:
    """With a space around each, so that words are found whole, one or several in a row."""
    return f" {' '.join(tokens)} "


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    is_open = False
    for character in unicodedata.normalize("NFKC", text).casefold():
        kind = unicodedata.category(character)
        if kind == "Cf":
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
