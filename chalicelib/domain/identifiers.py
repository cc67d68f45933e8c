"""Opaque identifiers: made here, or brought by the wallet and checked never to be a phone number."""

import re
import secrets

OPAQUE = re.compile(r"[A-Za-z0-9_-]{8,64}")
IDEMPOTENCY_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")

SEPARATORS = re.compile(r"[\s()./_-]")
# ITU-T E.164: at most 15 digits. Shorter than 7 is a short code or nobody's number.
NUMBER_ALONE = re.compile(r"\+?[0-9]{7,15}")
NUMBER_INSIDE = re.compile(r"(?<![0-9])\+?[0-9](?:[\s()./-]?[0-9]){6,14}(?![0-9])")


def new_id(prefix: str) -> str:
    """A fresh identifier with 128 random bits, e.g. `vrf_5f0c…`."""
    return f"{prefix}_{secrets.token_hex(16)}"


def reads_as_number(text: str) -> bool:
    """True if the whole text, separators aside, could be dialled."""
    return NUMBER_ALONE.fullmatch(SEPARATORS.sub("", text)) is not None


def contains_number(text: str) -> bool:
    """True if some part of a free text could be dialled."""
    return NUMBER_INSIDE.search(text) is not None
