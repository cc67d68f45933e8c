"""Compact signatures and the names of keys, held against an independent library and the examples of the RFCs."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto import jwk, jws
from jwcrypto.common import base64url_decode

from chalicelib.domain.jws import base64url, compact, public_key, thumbprint
from tests.memory_signer import MemorySigner

# RFC 7515 A.3.1.
RFC_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
SIGNER = MemorySigner()
# The order of P-256, below which every private key is.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def test_base64url_of_the_rfc() -> None:
    # RFC 7515 C.
    assert base64url(bytes([3, 236, 255, 224, 193])) == "A-z_4ME"


def test_the_key_of_the_rfc_is_written_as_there() -> None:
    x, y = (int.from_bytes(base64url_decode(RFC_KEY[name]), "big") for name in "xy")
    assert public_key(x, y) == {**RFC_KEY, "kid": thumbprint(RFC_KEY), "use": "sig", "alg": "ES256"}


@given(st.integers(1, ORDER - 1))
def test_a_thumbprint_is_what_others_make_of_the_key(secret: int) -> None:
    point = derive_private_key(secret, SECP256R1()).public_key().public_numbers()
    made = public_key(point.x, point.y)
    assert made["kid"] == jwk.JWK(**made).thumbprint()
    # Coordinates below 2^248 keep their zeros: RFC 7518 6.2.1.2.
    assert {len(base64url_decode(made[name])) for name in "xy"} == {32}


def test_a_small_coordinate_keeps_its_length() -> None:
    assert public_key(1, 2)["x"] == "A" * 42 + "E"


@given(st.binary(max_size=10_000), st.sampled_from(["anchor+jws", "JOSE"]))
def test_what_is_signed_verifies_elsewhere_and_says_what_it_is(payload: bytes, header_type: str) -> None:
    token = compact(header_type, payload, SIGNER.key_id, SIGNER.sign)
    read = jws.JWS()
    read.deserialize(token)
    read.verify(jwk.JWK(**SIGNER.public_keys()[0]))
    assert read.payload == payload
    assert json.loads(read.objects["protected"]) == {"alg": "ES256", "kid": SIGNER.key_id, "typ": header_type}


@given(st.binary(min_size=1, max_size=200), st.integers(min_value=0), st.integers(1, 255))
def test_one_changed_byte_and_it_verifies_no_more(payload: bytes, where: int, by: int) -> None:
    header, _, signature = compact("JOSE", payload, SIGNER.key_id, SIGNER.sign).split(".")
    changed = bytearray(payload)
    changed[where % len(payload)] ^= by
    read = jws.JWS()
    read.deserialize(f"{header}.{base64url(bytes(changed))}.{signature}")
    with pytest.raises(jws.InvalidJWSSignature):
        read.verify(jwk.JWK(**SIGNER.public_keys()[0]))
