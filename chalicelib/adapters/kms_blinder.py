"""Monthly blinding keys, derived by KMS and cached."""

import base64
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.adapters import aws


@dataclass(frozen=True)
class KmsBlinder:
    """One GenerateMac a month and process makes the key; the MACs themselves cost nothing.

    After a month nobody needs the old key, and what it blinded cannot be tested any more without asking KMS for it.
    """

    key_id: str
    tenant: str
    _keys: dict[str, bytes] = field(default_factory=dict, repr=False)

    def mac(self, label: str, value: bytes, at: datetime) -> str:
        """The MAC of a value for one use, under the key of `at`'s month."""
        digest = hmac.digest(self._key(f"{at:%Y-%m}"), label.encode() + b"|" + value, "sha256")
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def recent(self, label: str, value: bytes, at: datetime) -> list[str]:
        """The MACs under this month's key and the last one's: all that a row still alive can carry."""
        last_month = at.replace(day=1) - timedelta(days=1)
        return [self.mac(label, value, at), self.mac(label, value, last_month)]

    def _key(self, month: str) -> bytes:
        # Two threads may both derive it; they derive the same.
        if month not in self._keys:
            with aws.translated():
                answer = aws.kms().generate_mac(
                    KeyId=self.key_id, MacAlgorithm="HMAC_SHA_256", Message=f"blind/v1|{self.tenant}|{month}".encode()
                )
            self._keys[month] = answer["Mac"]
        return self._keys[month]
