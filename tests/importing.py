"""Rows of imports, as other systems write them."""

from typing import Any

from chalicelib.domain.import_part import ImportPart, NumberedRow
from chalicelib.domain.origin import Provenance

BATCH = Provenance("crm", "2026-11")


def word(**members: Any) -> dict[str, Any]:
    """What a customer said to the other system on one purpose: yes to marketing, unless told otherwise."""
    said: dict[str, Any] = {
        "purpose": "marketing",
        "decision": "given",
        "said_at": "2026-08-01T10:00:00+02:00",
        "notice_version": 1,
        "locale": "en",
        "channels": ["sms"],
        "surface": "branch_form",
        "method": "written",
    }
    return {name: value for name, value in {**said, **members}.items() if value is not None}


def row(number: str = "+447400123456", **members: Any) -> dict[str, Any]:
    """A customer of the other system."""
    own: dict[str, Any] = {"customer_id": "wallet-7", "phone_number": number, "locale": "en", "consents": [word()]}
    return {name: value for name, value in {**own, **members}.items() if value is not None}


def part(*rows: object, of: Provenance = BATCH) -> bytes:
    """A part of an import, from line 2 on."""
    return ImportPart(of, tuple(NumberedRow(line, it) for line, it in enumerate(rows, 2))).canonical()
