"""Opaque identifiers: made here, or brought by the wallet and checked never to be a phone number."""

import re
import secrets
import unicodedata

IDEMPOTENCY_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")

SEPARATORS = re.compile(r"[\s()./_#-]")
# ITU-T E.164: at most 15 digits, after whatever zeros lead abroad. Shorter than 7 is a short code or nobody's number.
NUMBER_ALONE = re.compile(r"\+?0*[0-9]{7,15}")
# In a free text a date (2026-11-21) or a ticket (1234567) must pass: eight digits in a row, or nine with separators.
NUMBER_INSIDE = re.compile(r"\d{8}|\d(?:[\W_]{0,3}\d){8}")
# They have no width: part of the spelling of Persian and Indic words, and between digits nothing.
JOINERS = re.compile("[\u200c\u200d]")


def new_id(prefix: str) -> str:
    """A fresh identifier with 128 random bits, e.g. `vrf_5f0c…`."""
    return f"{prefix}_{secrets.token_hex(16)}"


def reads_as_number(text: str) -> bool:
    """True if the whole text, separators aside, could be dialled."""
    return NUMBER_ALONE.fullmatch(SEPARATORS.sub("", text)) is not None


def without_joiners(text: str) -> str:
    """The text as it looks without zero-width joiners and non-joiners."""
    return JOINERS.sub("", text)


def contains_number(text: str) -> bool:
    """True if a free text holds eight digits in a row, or nine with up to three separators between, in any script.

    White space is one separator, however much of it there is.
    """
    return NUMBER_INSIDE.search(" ".join(unicodedata.normalize("NFKC", text).split())) is not None
