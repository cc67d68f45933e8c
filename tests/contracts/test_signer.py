"""The Signer port: what it signs is checked by two independent libraries and by openssl, and through a rotation."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import boto3
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from jwcrypto import jwk, jws
from jwcrypto.common import base64url_decode

from chalicelib.adapters import aws
from chalicelib.adapters.kms_signer import KmsSigner
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.jws import compact, thumbprint
from chalicelib.ports import Signer
from tests.memory_signer import MemorySigner
from tests.worlds import World, on_aws

# KMS takes messages of 4 096 bytes at most; a receipt may be longer.
SIZES = [0, 1, 4096, 4097, 60_000]


@pytest.fixture
def signer(world: World) -> Signer:
    return world.ringfence.adapters.signer


def signed(signer: Signer, payload: bytes) -> str:
    return compact("test", payload, signer.key_id, signer.sign)


@pytest.mark.parametrize("size", SIZES)
def test_two_libraries_accept_what_it_signs(signer: Signer, size: int) -> None:
    payload = bytes(at % 251 for at in range(size))
    token = signed(signer, payload)
    key = signer.public_keys()[0]
    read = jws.JWS()
    read.deserialize(token, jwk.JWK(**key))
    assert read.payload == payload
    by_pyjwt = jwt.api_jws.decode_complete(token, jwt.PyJWK(dict(key)), algorithms=["ES256"])
    assert by_pyjwt["payload"] == payload
    assert by_pyjwt["header"]["kid"] == key["kid"] == thumbprint(key)


def test_openssl_accepts_what_it_signs(signer: Signer, tmp_path: Path) -> None:
    signing_input, _, signature = signed(signer, b"evidence").rpartition(".")
    octets = base64url_decode(signature)
    r, s = (int.from_bytes(half, "big") for half in (octets[:32], octets[32:]))
    (tmp_path / "signed").write_text(signing_input)
    (tmp_path / "signature").write_bytes(encode_dss_signature(r, s))
    (tmp_path / "key.pem").write_bytes(jwk.JWK(**signer.public_keys()[0]).export_to_pem())
    command = ["openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "signed"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.strip()) == (0, "Verified OK")
    (tmp_path / "signed").write_text(signing_input + "A")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 1


def test_every_half_of_a_signature_has_its_32_bytes(signer: Signer) -> None:
    # One in 128 signatures has a half that begins with a zero.
    assert {len(signer.sign(b"%d" % number)) for number in range(256)} == {64}


@pytest.fixture
def rotated(world: World) -> Iterator[tuple[Signer, Signer]]:
    """A signer, and the one that takes its place."""
    if world.kind == "memory":
        former = MemorySigner()
        current = MemorySigner(list(former.keys))
        current.rotate()
        yield former, current
        return
    kms = boto3.client("kms")
    made = [kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"] for _ in range(2)]
    yield KmsSigner(made[0]), KmsSigner(made[1], (made[0],))


def test_what_a_former_key_signed_is_checked_after_the_rotation(rotated: tuple[Signer, Signer]) -> None:
    former, current = rotated
    before, after = signed(former, b"before"), signed(current, b"after")
    keys = current.public_keys()
    assert [key["kid"] for key in keys] == [current.key_id, former.key_id]
    assert current.key_id != former.key_id
    for token, payload in ((before, b"before"), (after, b"after")):
        key = next(key for key in keys if key["kid"] == jwt.get_unverified_header(token)["kid"])
        assert jwt.api_jws.decode(token, jwt.PyJWK(dict(key)), algorithms=["ES256"]) == payload


@on_aws
def test_a_key_is_read_once(world: World) -> None:
    calls: list[str] = []
    signer = KmsSigner(f"alias/{world.name}-sign")
    events = aws.kms().meta.events
    events.register("before-call.kms.*", lambda model, **_: calls.append(model.name), unique_id="seen")
    try:
        signed(signer, b"one")
        signed(signer, b"two")
        signer.public_keys()
    finally:
        events.unregister("before-call.kms.*", unique_id="seen")
    assert calls == ["GetPublicKey", "Sign", "Sign"]


@on_aws
def test_a_key_that_cannot_be_used_is_told_by_its_kind_only(world: World) -> None:
    nothing = KmsSigner(f"alias/{world.name}-none")
    for call in (lambda: nothing.key_id, lambda: nothing.sign(b"secret"), nothing.public_keys):
        with pytest.raises(Unavailable) as failed:
            call()
        assert "secret" not in str(failed.value)
