"""The blind index of numbers: a MAC that only KMS can make."""

import base64
from dataclasses import dataclass

from chalicelib.adapters import aws
from chalicelib.domain.phone_number import PhoneNumber

# Part of every tag, so that tags of two key versions can live side by side while one is rotated out.
KEY_VERSION = "1"


@dataclass(frozen=True)
class KmsNumberIndex:
    """GenerateMac under the tag key, which only the start path may call: whoever can call it can test numbers."""

    key_id: str
    tenant: str

    def tag(self, number: PhoneNumber) -> str:
        """The number's tag: the key's version and a MAC of 256 bits, e.g. `1.q9w…`."""
        with aws.translated():
            answer = aws.kms().generate_mac(
                KeyId=self.key_id, MacAlgorithm="HMAC_SHA_256", Message=f"tag/v1|{self.tenant}|{number.e164}".encode()
            )
        return f"{KEY_VERSION}.{base64.urlsafe_b64encode(answer['Mac']).decode().rstrip('=')}"
