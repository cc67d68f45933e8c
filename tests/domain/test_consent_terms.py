"""The schemas refuse what is not in them, and a JSON-LD processor reads DPV's terms in a receipt."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import ValidationError  # type: ignore[import-untyped]
from pyld import jsonld  # type: ignore[import-untyped]

from chalicelib.domain.consent import ConsentEvent
from chalicelib.domain.consent_record import consent_receipt
from chalicelib.domain.consent_terms import CONTEXT
from tests.consent_receipts import RECEIPT, RECORD, validator
from tests.domain.consent_samples import EVENT, PROOF, record_of

DPV = "https://w3id.org/dpv#"


def objects(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where the objects of a value stand."""
    if isinstance(value, dict):
        yield path
        for name, member in value.items():
            yield from objects(member, (*path, name))
    elif isinstance(value, list):
        for position, member in enumerate(value):
            yield from objects(member, (*path, position))


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


FULL = json.loads(consent_receipt(record_of(replace(EVENT, actor="guardian", guardian=PROOF))))


def test_the_schema_knows_no_other_member() -> None:
    for path in objects(FULL):
        changed = deepcopy(FULL)
        at(changed, path)["unheard_of"] = 1
        with pytest.raises(ValidationError):
            validator(RECEIPT).validate(changed)


def test_the_schema_misses_every_member() -> None:
    for path in objects(FULL["records"][0]):
        for name in at(FULL["records"][0], path):
            changed = deepcopy(FULL["records"][0])
            del at(changed, path)[name]
            with pytest.raises(ValidationError):
                validator(RECORD).validate(changed)


def expanded(*events: ConsentEvent) -> Any:
    """The receipt as PyLD reads it, every name in full."""
    (receipt,) = jsonld.expand(json.loads(consent_receipt(record_of(*events))))
    return receipt


def found(value: Any, name: str) -> list[Any]:
    """Every value of a property, however deep."""
    if isinstance(value, list):
        return [each for member in value for each in found(member, name)]
    if not isinstance(value, dict):
        return []
    return [*value.get(name, ())] + [each for member in value.values() for each in found(member, name)]


def test_a_json_ld_processor_reads_the_terms() -> None:
    receipt = expanded(EVENT, replace(EVENT, event_type="withdrawn", channels=()))
    assert receipt["@type"] == [f"{DPV}ConsentReceipt"]
    assert [each["@id"] for each in found(receipt, f"{DPV}hasConsentStatus")] == [
        f"{DPV}ConsentGiven",
        f"{DPV}ConsentWithdrawn",
    ]
    assert {"@id": "https://w3id.org/dpv/legal/eu/gdpr#A6-1-a"} in found(receipt, f"{DPV}hasLegalBasis")
    assert [each["@id"] for each in found(receipt, f"{DPV}hasJurisdiction")] == [
        "https://w3id.org/dpv/loc#EU",
        "https://w3id.org/dpv/loc#CN",
    ]
    (pii,) = found(receipt, f"{DPV}hasPersonalData")
    assert pii["@type"] == ["https://w3id.org/dpv/pd#TelephoneNumber"]
    assert {each["@value"] for each in found(receipt, "urn:ringfence:term:sequence")} == {1, 2}


def test_every_prefix_is_declared() -> None:
    def curies(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for name, member in value.items():
                yield from curies(name)
                yield from curies(member)
        elif isinstance(value, list):
            for member in value:
                yield from curies(member)
        elif isinstance(value, str) and value.count(":") == 1 and " " not in value and "//" not in value:
            yield value

    prefixes = {curie.partition(":")[0] for record in FULL["records"] for curie in curies(record)}
    assert prefixes <= set(CONTEXT)
    assert {"dpv", "eu-gdpr", "pd", "loc", "ringfence"} <= prefixes
