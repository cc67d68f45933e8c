"""A number as a customer holds it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class SealedNumber:
    """A number under AES-256-GCM. `key_id` names its wrapped data key, which stands in a table of its own."""

    key_id: str
    nonce: bytes
    ciphertext: bytes


@dataclass(frozen=True)
class HeldNumber:
    """A number as a customer holds it: its tag, what may be seen of it, and the sealed number itself."""

    tag: str
    masked: str
    region: str
    number: SealedNumber
    verified_at: datetime | None
    test_number: str | None = None
    time_zones: tuple[str, ...] = ()
