"""Every form in which a phone number could stand somewhere, and the search for them."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberFormat


def spellings(e164: str) -> set[str]:
    """The ways in which people and programs write a number."""
    parsed = phonenumbers.parse(e164)
    written = {
        phonenumbers.format_number(parsed, form)
        for form in (
            PhoneNumberFormat.E164,
            PhoneNumberFormat.INTERNATIONAL,
            PhoneNumberFormat.NATIONAL,
            PhoneNumberFormat.RFC3966,
        )
    }
    national = phonenumbers.national_significant_number(parsed)
    return written | {national, e164.lstrip("+"), f"00{e164.lstrip('+')}", f"0{national}"}


def encodings(value: bytes) -> set[str]:
    """The value in base64 (both alphabets, with and without padding) and hex."""
    made = {value.hex(), value.hex().upper()}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(value).decode()
        made |= {text, text.rstrip("=")}
    return made


def digests(value: bytes) -> set[str]:
    """Unkeyed hashes of the value: anybody can make them for every number there is."""
    return {
        form
        for algorithm in ("md5", "sha1", "sha256")
        for form in encodings(hashlib.new(algorithm, value, usedforsecurity=False).digest())
    }


def forms_of(e164: str, *bodies: bytes) -> dict[str, str]:
    """Every form to look for, with a name for it: spellings, encodings, and hashes of these and of request bodies."""
    forms = {}
    for spelling in sorted(spellings(e164)):
        forms[spelling] = f"spelling {spelling}"
        for form in encodings(spelling.encode()):
            forms.setdefault(form, f"encoding of {spelling}")
        for form in digests(spelling.encode()):
            forms.setdefault(form, f"hash of {spelling}")
    for body in bodies:
        for form in digests(body):
            forms.setdefault(form, "hash of a request's body")
    return forms


def found_in(texts: Iterable[str], forms: Mapping[str, str]) -> set[str]:
    """The names of the forms that stand in any of the texts."""
    whole = "\n".join(texts)
    # Case does not hide a hex digest, nor do separators hide digits.
    digits = _digits_only(whole)
    found = {name for form, name in forms.items() if form in whole}
    return found | {name for form, name in forms.items() if form.isdigit() and len(form) >= 9 and form in digits}


def _digits_only(text: str) -> str:
    return "".join(letter for letter in text if letter not in " -().+/")


def texts_of(value: Any) -> Iterator[str]:
    """Everything that a value says, keys and members included; bytes as they are and in their encodings."""
    if isinstance(value, Mapping):
        for key, member in value.items():
            yield str(key)
            yield from texts_of(member)
    elif isinstance(value, list | tuple | set | frozenset):
        for member in value:
            yield from texts_of(member)
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
        yield from encodings(value)
    else:
        yield str(value)
