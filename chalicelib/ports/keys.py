"""What the services need of keys: to hide numbers and codes, to seal, to open and to sign."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # Every function loads the ports, and the authorizer nothing of these.
    from chalicelib.domain.customer import WrappedKey
    from chalicelib.domain.held_number import SealedNumber
    from chalicelib.domain.ledger import Opened
    from chalicelib.domain.phone_number import PhoneNumber
    from chalicelib.domain.settlement import OpenedNumber


class NumberIndex(Protocol):
    """The keyed blind index of numbers. `services/number_tags.py` asks it."""

    @property
    def versions(self) -> tuple[str, ...]:
        """Of every key under which numbers are looked up, that in use first."""
        ...

    def tag(self, number: PhoneNumber, version: str) -> str:
        """The number's tag under the key of this version, which the tag begins with."""
        ...


class PendingNumbers(Protocol):
    """Numbers that belong to no customer yet."""

    def seal(self, verification_id: str, number: PhoneNumber) -> bytes:
        """The number as ciphertext that only this verification's id opens."""
        ...

    def open(self, verification_id: str, sealed: bytes) -> PhoneNumber:
        """The number again."""
        ...


class CodeSecrets(Protocol):
    """The secrets that codes are derived from; they exist for the length of a call."""

    def secret(self, verification_id: str, tag: str, purpose: str, context_digest: str) -> bytes:
        """32 bytes that belong to exactly these four."""
        ...


class NumberSealer(Protocol):
    """Seals customers' numbers. Cannot open them."""

    def envelope(self, customer_id: str) -> Envelope:
        """A data key of its own for one number of this customer."""
        ...


class NumberOpener(Protocol):
    """Opens customers' numbers. Only the strongroom is given one."""

    def open(self, customer_id: str, sealed: SealedNumber, key: WrappedKey) -> OpenedNumber:
        """The number in clear, and the call that opened it."""
        ...


class KeyWrapper(Protocol):
    """Moves data keys from one master key to another. Opens nothing."""

    def rewrap(self, key: WrappedKey) -> WrappedKey:
        """The same data key under the master key in use; the very same record if it is under that already."""
        ...


class LedgerCipher(Protocol):
    """Seals the payloads of consent events under a key for each customer."""

    def new_key(self, customer_id: str) -> WrappedKey:
        """A fresh ledger key, wrapped."""
        ...

    def unlock(self, key: WrappedKey) -> UnlockedLedger:
        """The customer's ledger key, ready to seal and open payloads."""
        ...


class UnlockedLedger(Protocol):
    """One customer's ledger key, for the length of a request."""

    def seal(self, event_id: str, payload: bytes) -> tuple[str, bytes]:
        """The commitment to the payload, and salt and payload under the customer's key."""
        ...

    def open(self, event_id: str, commitment: str, sealed: bytes) -> Opened:
        """The payload and its salt, checked against their commitment.

        Raises:
            LedgerDamaged: they are not what was committed to.
        """
        ...


class Signer(Protocol):
    """Signs what others check offline."""

    @property
    def key_id(self) -> str:
        """The RFC 7638 thumbprint of the public key that it signs with now."""
        ...

    def sign(self, signing_input: bytes) -> bytes:
        """r and s of ES256, 64 bytes.

        Source: RFC 7518 3.4.
        """
        ...

    def public_keys(self) -> list[Mapping[str, str]]:
        """JWKs: the current key's first, then those of former keys, by which older signatures are checked."""
        ...


class Blinder(Protocol):
    """Keyed MACs under a key that changes every month: what they hide is forgotten with the key."""

    def mac(self, label: str, value: bytes, at: datetime) -> str:
        """The MAC of a value for one use, under the key of `at`'s month."""
        ...

    def recent(self, label: str, value: bytes, at: datetime) -> list[str]:
        """The MACs under this month's key and the last one's: all that a row still alive can carry."""
        ...


class Envelope(Protocol):
    """A fresh data key, ready to seal one number."""

    @property
    def key(self) -> WrappedKey:
        """The data key under KMS."""
        ...

    def seal(self, number: PhoneNumber) -> SealedNumber:
        """The number under the data key."""
        ...
