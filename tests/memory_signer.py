"""The Signer port in memory: keys of its own, which can be rotated."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from chalicelib.domain.jws import public_key


def _new_key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


@dataclass
class MemorySigner:
    """Signs with the first of its keys."""

    keys: list[EllipticCurvePrivateKey] = field(default_factory=lambda: [_new_key()])

    @property
    def key_id(self) -> str:
        return self.public_keys()[0]["kid"]

    def sign(self, signing_input: bytes) -> bytes:
        r, s = decode_dss_signature(self.keys[0].sign(signing_input, ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def public_keys(self) -> list[Mapping[str, str]]:
        points = [key.public_key().public_numbers() for key in self.keys]
        return [public_key(point.x, point.y) for point in points]

    def rotate(self) -> None:
        """It signs with a new key from now on; the old ones' public halves stay known."""
        self.keys.insert(0, _new_key())
