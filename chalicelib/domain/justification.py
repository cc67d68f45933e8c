"""What a person must write down before a number is shown."""

import re
import unicodedata

from chalicelib.domain.errors import FieldInvalid
from chalicelib.domain.identifiers import contains_number, without_joiners

POINTER = "/justification"
# What is a reason, in figures: all ours. "to call him" is none, "the customer rang" is about the shortest.
LONGEST = 500
LEAST_CHARACTERS = 15
LEAST_WORDS = 3
# In scripts that put no spaces between words, a character says as much as a syllable or a word.
UNSPACED = re.compile("[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3]")
LEAST_UNSPACED = 8
LEAST_DISTINCT_UNSPACED = 5
# Four keys in a row, either way. Of the lower rows no word has them; of the upper one many do ("property", German
# "Wert", Spanish "destreza"), so only its ends count.
LOWER_ROWS = ("asdfghjkl", "qsdfghjklm", "zxcvbnm", "yxcvbnm", "wxcvbn")
UPPER_ENDS = ("qwer", "azerty", "uiop")
RUNS = (*UPPER_ENDS, *(row[begin : begin + 4] for row in LOWER_ROWS for begin in range(len(row) - 3)))
FILLER = re.compile("|".join([*RUNS, *(run[::-1] for run in RUNS)]))


def require_substance(justification: str) -> None:
    """Returns if the text can be a reason that somebody will understand later.

    Whether it is a good one is for whoever reads the access log, the customer first.

    Raises:
        FieldInvalid: it is none.
    """
    # As it came: so it lands in the access log, for good.
    if len(justification) > LONGEST:
        raise FieldInvalid(POINTER, f"must be at most {LONGEST} characters")
    visible = without_joiners(justification)
    if not visible.isprintable() or contains_number(visible):
        raise FieldInvalid(POINTER, "must be printable and must not contain a phone number")
    text = " ".join(unicodedata.normalize("NFKC", visible).casefold().split())
    words = _words(text)
    if any(map(FILLER.search, words)):
        raise FieldInvalid(POINTER, "must say why, in words")
    if not (_says_enough(text, words) or _says_enough_unspaced(text)):
        raise FieldInvalid(
            POINTER,
            f"must say why, in at least {LEAST_WORDS} different words and {LEAST_CHARACTERS} characters "
            f"({LEAST_UNSPACED} in scripts without spaces)",
        )


def _words(text: str) -> list[str]:
    # Vowel signs of Indic scripts are marks, and belong to their word.
    parts = "".join(each if unicodedata.category(each)[0] in "LM" else " " for each in text).split()
    return [part for part in parts if any(map(str.isalpha, part))]


def _says_enough(text: str, words: list[str]) -> bool:
    # "aaa" is no word, whatever the language.
    different = {word for word in words if len(set(word)) > 1}
    return len(text) >= LEAST_CHARACTERS and len(different) >= LEAST_WORDS


def _says_enough_unspaced(text: str) -> bool:
    characters = UNSPACED.findall(text)
    return len(characters) >= LEAST_UNSPACED and len(set(characters)) >= LEAST_DISTINCT_UNSPACED
