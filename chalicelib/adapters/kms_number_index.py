"""The blind index of numbers: a MAC that only KMS can make."""

import base64
from dataclasses import dataclass

from chalicelib.adapters import aws
from chalicelib.adapters.key_ring import KeyRing
from chalicelib.domain.phone_number import PhoneNumber


@dataclass(frozen=True)
class KmsNumberIndex:
    """GenerateMac under the tag keys: whoever can call it can test numbers."""

    ring: KeyRing
    tenant: str

    @property
    def versions(self) -> tuple[str, ...]:
        """The names of the keys, that in use first."""
        return self.ring.names

    def tag(self, number: PhoneNumber, version: str) -> str:
        """The number's tag: the key's name and a MAC of 256 bits, e.g. `1f0c9a2b.q9w…`."""
        with aws.translated():
            answer = aws.kms().generate_mac(
                KeyId=self.ring.key(version),
                MacAlgorithm="HMAC_SHA_256",
                Message=f"tag/v1|{self.tenant}|{number.e164}".encode(),
            )
        return f"{version}.{base64.urlsafe_b64encode(answer['Mac']).decode().rstrip('=')}"
