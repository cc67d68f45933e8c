"""What everybody can check of a consent receipt without asking Ringfence."""

import hashlib
import json
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jwcrypto import jwk, jws
from jwcrypto.common import base64url_decode
from referencing import Registry, Resource

SCHEMAS = sorted((Path(__file__).parent.parent / "docs" / "schemas").glob("consent-rec*.schema.json"))
RECORD, RECEIPT = (f"urn:ringfence:schema:consent-{name}:1" for name in ("record", "receipt"))


@cache
def validator(schema_id: str) -> Any:
    """Checks values against the schema of records or of receipts."""
    schemas = [json.loads(path.read_text(encoding="utf-8")) for path in SCHEMAS]
    registry: Registry[Any] = Registry().with_resources((it["$id"], Resource.from_contents(it)) for it in schemas)
    formats = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(registry.contents(schema_id), registry=registry, format_checker=formats)


def require_receipt(octets: bytes) -> Any:
    """The octets are a receipt by the schema, whose id is the digest of its record; returns it."""
    receipt = json.loads(octets)
    validator(RECEIPT).validate(receipt)
    (record,) = receipt["records"]
    written = octets[octets.index(b'"records":[') + len(b'"records":[') : -len(b"]}")]
    assert json.loads(written) == record
    assert receipt["receipt_id"] == f"rcp_{hashlib.sha256(written).hexdigest()}"
    parties = {party["party_id"] for party in record["party_identification"]}
    processing = record["pii_processing"]
    assert {*processing["pii_controllers"], *processing["recipient_third_parties"]} <= parties
    return receipt


def require_signed(token: str, keys: Mapping[str, Any], header_type: str = "ringfence-receipt+jws") -> bytes:
    """A JOSE library that Ringfence does not use accepts the signature by one of these keys; returns the payload."""
    published = jwk.JWKSet.from_json(json.dumps(keys))
    read = jws.JWS()
    read.deserialize(token)
    assert set(read.jose_header) == {"alg", "kid", "typ"}
    assert (read.jose_header["alg"], read.jose_header["typ"]) == ("ES256", header_type)
    key = published.get_key(read.jose_header["kid"])
    assert key is not None, "the key that signed is not published"
    read.verify(key)
    return bytes(read.payload)


def openssl_says(token: str, keys: Mapping[str, Any], folder: Path) -> str:
    """What plain openssl says of the signature.

    Args:
        folder: where the files of the check may be written.
    """
    signing_input, _, signature = token.rpartition(".")
    kid = json.loads(base64url_decode(signing_input.partition(".")[0]))["kid"]
    (key,) = (each for each in keys["keys"] if each["kid"] == kid)
    octets = base64url_decode(signature)
    r, s = (int.from_bytes(half, "big") for half in (octets[:32], octets[32:]))
    (folder / "receipt.signed").write_text(signing_input)
    (folder / "receipt.signature").write_bytes(encode_dss_signature(r, s))
    (folder / "key.pem").write_bytes(jwk.JWK(**key).export_to_pem())
    command = "openssl dgst -sha256 -verify key.pem -signature receipt.signature receipt.signed"
    return subprocess.run(command.split(), cwd=folder, capture_output=True, text=True, check=False).stdout.strip()
