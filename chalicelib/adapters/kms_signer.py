"""Signatures by a P-256 key that never leaves KMS, and the public keys that they are checked with."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from chalicelib.adapters import aws
from chalicelib.domain.jws import HALF_BYTES, public_key


@dataclass(frozen=True)
class KmsSigner:
    """Sign and GetPublicKey under the signing key; of former signing keys the public half only.

    A key is read once by each process: by ARN, as deployed, it is the same key for ever.
    """

    signing_key: str
    former_keys: tuple[str, ...] = ()

    @property
    def key_id(self) -> str:
        """The RFC 7638 thumbprint of the public key that it signs with now."""
        return self._current["kid"]

    def sign(self, signing_input: bytes) -> bytes:
        """r and s, 64 bytes, over the input's SHA-256. Source: RFC 7518 3.4."""
        # The digest, since KMS takes no message above 4 096 bytes.
        with aws.translated():
            answer = aws.kms().sign(
                KeyId=self.signing_key,
                Message=hashlib.sha256(signing_input).digest(),
                MessageType="DIGEST",
                SigningAlgorithm="ECDSA_SHA_256",
            )
        return b"".join(half.to_bytes(HALF_BYTES, "big") for half in decode_dss_signature(answer["Signature"]))

    def public_keys(self) -> list[Mapping[str, str]]:
        """JWKs: the current key's first, then the former ones'."""
        return [self._current, *self._former]

    @cached_property
    def _current(self) -> dict[str, str]:
        return _read(self.signing_key)

    @cached_property
    def _former(self) -> list[dict[str, str]]:
        return [_read(key) for key in self.former_keys]


def _read(key: str) -> dict[str, str]:
    with aws.translated():
        answer = aws.kms().get_public_key(KeyId=key)
    read = load_der_public_key(answer["PublicKey"])
    assert isinstance(read, EllipticCurvePublicKey), "a signing key is on P-256"
    point = read.public_numbers()
    return public_key(point.x, point.y)
