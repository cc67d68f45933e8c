"""What KMS does, in memory: tags, secrets, MACs, and numbers and events under keys of their own."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.domain.customer import LEDGER_KEY, WrappedKey
from chalicelib.domain.errors import LedgerDamaged
from chalicelib.domain.held_number import SealedNumber
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.ledger import SALT_BYTES, Opened, commit_to
from chalicelib.domain.phone_number import PhoneNumber, known_phone_number
from chalicelib.domain.settlement import OpenedNumber


def _mac(key: bytes, *parts: str) -> bytes:
    return hmac.new(key, "|".join(parts).encode(), hashlib.sha256).digest()


@dataclass
class MemoryKeys:
    """What KMS does, with keys of its own."""

    master: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    versions: tuple[str, ...] = ("1",)

    def tag(self, number: PhoneNumber, version: str) -> str:
        assert version in self.versions
        return f"{version}.{_mac(self.master, 'tag', version, number.e164).hex()}"

    def secret(self, verification_id: str, tag: str, purpose: str, context_digest: str) -> bytes:
        return _mac(self.master, "code", verification_id, tag, purpose, context_digest)

    def mac(self, label: str, value: bytes, at: datetime) -> str:
        return _mac(self.master, f"{at:%Y-%m}", label, value.hex()).hex()

    def recent(self, label: str, value: bytes, at: datetime) -> list[str]:
        return [self.mac(label, value, at), self.mac(label, value, at.replace(day=1) - timedelta(days=1))]

    def wrap(self, plain: bytes, bound_to: str) -> bytes:
        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(self.master).encrypt(nonce, plain, bound_to.encode())

    def unwrap(self, wrapped: bytes, bound_to: str) -> bytes:
        return AESGCM(self.master).decrypt(wrapped[:12], wrapped[12:], bound_to.encode())


@dataclass
class MemoryPending:
    keys: MemoryKeys

    def seal(self, verification_id: str, number: PhoneNumber) -> bytes:
        return self.keys.wrap(number.e164.encode(), verification_id)

    def open(self, verification_id: str, sealed: bytes) -> PhoneNumber:
        return known_phone_number(self.keys.unwrap(sealed, verification_id).decode())


@dataclass(repr=False)
class MemoryEnvelope:
    key: WrappedKey
    plain: bytes

    def seal(self, number: PhoneNumber) -> SealedNumber:
        nonce = secrets.token_bytes(12)
        return SealedNumber(self.key.key_id, nonce, AESGCM(self.plain).encrypt(nonce, number.e164.encode(), None))


@dataclass
class MemoryNumbers:
    """Sealer and opener; counts the openings."""

    keys: MemoryKeys
    opened: list[str] = field(default_factory=list)

    def envelope(self, customer_id: str) -> MemoryEnvelope:
        plain = secrets.token_bytes(32)
        name = new_id("number")
        return MemoryEnvelope(WrappedKey(customer_id, name, self.keys.wrap(plain, customer_id + name)), plain)

    def open(self, customer_id: str, sealed: SealedNumber, key: WrappedKey) -> OpenedNumber:
        self.opened.append(customer_id)
        plain = self.keys.unwrap(key.wrapped, customer_id + key.key_id)
        number = known_phone_number(AESGCM(plain).decrypt(sealed.nonce, sealed.ciphertext, None).decode())
        return OpenedNumber(number, new_id("request"), 0)


@dataclass
class MemoryCustomerLedger:
    keys: MemoryKeys
    bound_to: str

    def seal(self, event_id: str, payload: bytes) -> tuple[str, bytes]:
        salt = secrets.token_bytes(SALT_BYTES)
        return commit_to(salt, payload), self.keys.wrap(salt + payload, self.bound_to + event_id)

    def open(self, event_id: str, commitment: str, sealed: bytes) -> Opened:
        try:
            opened = self.keys.unwrap(sealed, self.bound_to + event_id)
        except (InvalidTag, ValueError):
            raise LedgerDamaged from None
        salt, payload = opened[:SALT_BYTES], opened[SALT_BYTES:]
        if commit_to(salt, payload) != commitment:
            raise LedgerDamaged
        return Opened(salt, payload)


@dataclass
class MemoryLedgerCipher:
    keys: MemoryKeys

    def new_key(self, customer_id: str) -> WrappedKey:
        return WrappedKey(customer_id, LEDGER_KEY, self.keys.wrap(b"ledger", customer_id))

    def unlock(self, key: WrappedKey) -> MemoryCustomerLedger:
        self.keys.unwrap(key.wrapped, key.customer_id)
        return MemoryCustomerLedger(self.keys, key.customer_id)
