"""Payloads of consent events, under one key for each customer."""

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.adapters.kms_data_keys import NONCE_BYTES, KmsDataKeys, seal
from chalicelib.domain.customer import LEDGER_KEY, WrappedKey
from chalicelib.domain.errors import LedgerDamaged
from chalicelib.domain.ledger import SALT_BYTES, Opened, commit_to


@dataclass(frozen=True, repr=False)
class CustomerLedger:
    """An unwrapped ledger key."""

    customer_id: str
    cipher: AESGCM

    def seal(self, event_id: str, payload: bytes) -> tuple[str, bytes]:
        """The commitment to the payload; nonce, salt and payload under the customer's key."""
        salt = os.urandom(SALT_BYTES)
        nonce, ciphertext = seal(self.cipher, salt + payload, self._bound_to(event_id))
        return commit_to(salt, payload), nonce + ciphertext

    def open(self, event_id: str, commitment: str, sealed: bytes) -> Opened:
        """The payload and its salt, checked against their commitment.

        Raises:
            LedgerDamaged: it is not what was committed to.
        """
        try:
            opened = self.cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._bound_to(event_id).encode())
        except (InvalidTag, ValueError):
            # Changed, or cut so short that there is no nonce left.
            raise LedgerDamaged from None
        salt, payload = opened[:SALT_BYTES], opened[SALT_BYTES:]
        if commit_to(salt, payload) != commitment:
            raise LedgerDamaged
        return Opened(salt, payload)

    def _bound_to(self, event_id: str) -> str:
        return f"ledger/v1|{self.customer_id}|{event_id}"


@dataclass(frozen=True)
class KmsLedgerCipher:
    """Wraps ledger keys with a KMS key of their own, so that the ledger outlives the number."""

    keys: KmsDataKeys

    def new_key(self, customer_id: str) -> WrappedKey:
        """A fresh ledger key, wrapped."""
        return self.keys.make(customer_id, LEDGER_KEY)[0]

    def unlock(self, key: WrappedKey) -> CustomerLedger:
        """The customer's ledger key, ready to seal and open payloads."""
        return CustomerLedger(key.customer_id, self.keys.unwrap(key).cipher)
