"""A customer whom another system already has, as a row of an import; what is wrong with it is said without its values.

A row is trusted with nothing: the number proves no possession, and a yes stands only where a notice of ours shows what
was agreed to.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from chalicelib.domain.accepted_number import accepted_number
from chalicelib.domain.errors import FieldInvalid
from chalicelib.domain.identifiers import reads_as_number
from chalicelib.domain.imported_word import ImportedWord, read_word
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.policy import Policy
from chalicelib.domain.quiet import require_time_zone
from chalicelib.domain.reading import LOCALE, known_only, optional, text

FIELDS = ("customer_id", "phone_number", "region", "locale", "under_14", "time_zone", "consents")
CUSTOMER_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
REGION = re.compile(r"[A-Z]{2}")
LONGEST_NUMBER = 32

T = TypeVar("T")


@dataclass(frozen=True, repr=False)
class ImportRow:
    """One customer, with a number that nobody has proved here, and what they said elsewhere."""

    customer_id: str
    number: PhoneNumber
    locale: str
    under_14: bool
    time_zone: str | None
    consents: tuple[ImportedWord, ...]


class BadRow(Exception):
    """A row cannot be imported. Its flaws name fields and reasons, and no value."""

    def __init__(self, flaws: list[FieldInvalid]) -> None:
        super().__init__()
        self.flaws = flaws


def read_row(row: object, policy: Policy, at: datetime) -> ImportRow:
    """The row as a customer.

    Args:
        at: now; nothing was said later.

    Raises:
        BadRow: with every flaw that could be found.

    Source: PIPL 13–15, 31; GDPR 5(1)(d), 7(1), 8.
    """
    if not isinstance(row, Mapping):
        raise BadRow([FieldInvalid("", "must be an object")])
    flaws: list[FieldInvalid] = []

    def noted(read: Callable[[], T]) -> T | None:
        try:
            return read()
        except FieldInvalid as flaw:
            flaws.append(flaw)
            return None

    noted(lambda: known_only(row, FIELDS, ""))
    customer_id = noted(lambda: _customer_id(row))
    number = noted(lambda: _number(row, policy))
    locale = noted(lambda: text(row, "locale", LOCALE, ""))
    under_14 = noted(lambda: _under_14(row))
    time_zone = noted(lambda: _time_zone(row))
    words = [noted(lambda place=place, it=it: read_word(it, place, policy, at)) for place, it in enumerate(_list(row))]  # type: ignore[misc]
    noted(lambda: _agree(row, [it for it in words if it is not None], under_14, customer_id, number))
    if flaws or customer_id is None or number is None or locale is None:
        raise BadRow(flaws)
    kept = tuple(it for it in words if it is not None)
    return ImportRow(customer_id, number, locale, bool(under_14), time_zone, kept)


def _customer_id(row: Mapping[str, Any]) -> str:
    customer_id = text(row, "customer_id", CUSTOMER_ID, "")
    if reads_as_number(customer_id):
        raise FieldInvalid("/customer_id", "must not read as a phone number")
    return customer_id


def _number(row: Mapping[str, Any], policy: Policy) -> PhoneNumber:
    given = row.get("phone_number")
    if not isinstance(given, str) or not 1 <= len(given) <= LONGEST_NUMBER:
        raise FieldInvalid("/phone_number", "must be a text of 1 to 32 characters")
    number = accepted_number(given, optional(row, "region", REGION, ""), policy.rules)
    # Whoever has one as a customer's would know the codes of that customer.
    if policy.rules.is_test_number(number.e164):
        raise FieldInvalid("/phone_number", "is one of the policy's test numbers")
    return number


def _under_14(row: Mapping[str, Any]) -> bool:
    under_14 = row.get("under_14")
    if under_14 is not None and not isinstance(under_14, bool):
        raise FieldInvalid("/under_14", "must be true or false")
    return bool(under_14)


def _time_zone(row: Mapping[str, Any]) -> str | None:
    time_zone = row.get("time_zone")
    if time_zone is None:
        return None
    if not isinstance(time_zone, str):
        raise FieldInvalid("/time_zone", "must be a text")
    require_time_zone(time_zone)
    return time_zone


def _list(row: Mapping[str, Any]) -> list[object]:
    consents = row.get("consents")
    # What is no list is told by _agree, together with what does not fit.
    return consents if isinstance(consents, list) else []


def _agree(
    row: Mapping[str, Any],
    words: list[ImportedWord],
    under_14: bool | None,
    customer_id: str | None,
    number: PhoneNumber | None,
) -> None:
    if not isinstance(row.get("consents", []), list | None):
        raise FieldInvalid("/consents", "must be a list")
    if len({it.purpose for it in words}) != len(words):
        raise FieldInvalid("/consents", "has a purpose twice: bring the last word on each")
    if under_14 and any(it.decision == "given" for it in words):
        raise FieldInvalid("/consents", "has a yes of a child, which only a guardian who proves a number can give")
    if customer_id is not None and number is not None and number.stands_in(customer_id):
        raise FieldInvalid("/customer_id", "must not contain the phone number")
