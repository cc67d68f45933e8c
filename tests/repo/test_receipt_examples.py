"""docs/records.md and docs/schemas: every example is a receipt as Ringfence makes it, and every field is explained."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from chalicelib.domain.consent_record import RECEIPT_TYPE
from chalicelib.domain.jws import compact
from tests.consent_receipts import RECEIPT, SCHEMAS, require_receipt, validator
from tests.memory_signer import MemorySigner
from tests.repo.receipt_examples import FOLDER, examples
from tests.repo.sources import ROOT

PAGE = (ROOT / "docs" / "records.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_a_schema_is_one(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False


def test_the_examples_are_what_ringfence_makes() -> None:
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} == examples()


@pytest.mark.parametrize("name", sorted(examples()))
def test_an_example_has_the_schema(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert [error.message for error in validator(RECEIPT).iter_errors(json.loads(text))] == []
    octets = json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")).encode()
    assert require_receipt(octets) == json.loads(text)


def test_the_examples_show_every_state() -> None:
    states = {
        event["event_state"]
        for text in examples().values()
        for record in json.loads(text)["records"]
        for event in record["events"]
    }
    assert len(states) == 5


def names(schema: Any) -> set[str]:
    """Every member that a schema describes."""
    if isinstance(schema, list):
        return {name for each in schema for name in names(each)}
    if not isinstance(schema, dict):
        return set()
    return {*schema.get("properties", {})} | {name for each in schema.values() for name in names(each)}


def test_the_page_explains_every_field() -> None:
    fields = {name for path in SCHEMAS for name in names(json.loads(path.read_text(encoding="utf-8")))}
    # Said once, of the whole: JSON-LD's own words, and DPV's form of a duration.
    unexplained = {field for field in fields if f"`{field}`" not in PAGE} - {"@type", "@id", "rdf:value"}
    assert unexplained == set()


def test_the_page_s_snippet_checks_a_receipt(tmp_path: Path) -> None:
    signer = MemorySigner()
    payload = json.dumps(json.loads(examples()["refused.json"])).encode()
    token = compact(RECEIPT_TYPE, payload, signer.key_id, signer.sign)
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": signer.public_keys()}))
    (snippet,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)

    def run(receipt: str) -> subprocess.CompletedProcess[bytes]:
        (tmp_path / "receipt.jose").write_text(receipt)
        return subprocess.run([sys.executable, "-c", snippet], cwd=tmp_path, capture_output=True, check=False)

    assert run(token).stdout.strip() == payload
    header, body, signature = token.split(".")
    forged = f"{header}.{body[:-8]}AAAAAAAA.{signature}"
    for other in (forged, compact("other+jws", payload, signer.key_id, signer.sign)):
        assert run(other).returncode == 1
