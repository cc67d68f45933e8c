"""Data keys under KMS, and AES-256-GCM under data keys."""

import os
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.adapters import aws
from chalicelib.domain.customer import WrappedKey

# SP 800-38D 8.2: 96 random bits; each number key seals once, each ledger key far fewer than 2^32 times.
NONCE_BYTES = 12


@dataclass(frozen=True, repr=False)
class UnwrappedKey:
    """A data key ready for use, and the call that unwrapped it: its id, and how many tries came before it."""

    cipher: AESGCM
    request_id: str
    retries: int


@dataclass(frozen=True)
class KmsDataKeys:
    """Makes and unwraps data keys of one kind. The encryption context binds each to its customer and its field."""

    key_id: str
    field: str

    def make(self, customer_id: str, name: str) -> tuple[WrappedKey, AESGCM]:
        """A fresh data key: wrapped, and ready for use."""
        with aws.translated():
            answer = aws.kms().generate_data_key(
                KeyId=self.key_id, KeySpec="AES_256", EncryptionContext=self._context(customer_id)
            )
        return WrappedKey(customer_id, name, answer["CiphertextBlob"]), AESGCM(answer["Plaintext"])

    def unwrap(self, key: WrappedKey) -> UnwrappedKey:
        """The data key, ready for use."""
        with aws.translated():
            answer = aws.kms().decrypt(
                KeyId=self.key_id,
                CiphertextBlob=key.wrapped,
                EncryptionContext=self._context(key.customer_id),
            )
        call = answer["ResponseMetadata"]
        return UnwrappedKey(AESGCM(answer["Plaintext"]), call["RequestId"], call["RetryAttempts"])

    def _context(self, customer_id: str) -> dict[str, str]:
        return {"customer": customer_id, "field": self.field}


def seal(key: AESGCM, plaintext: bytes, bound_to: str) -> tuple[bytes, bytes]:
    """A fresh nonce and the ciphertext, which opens only together with `bound_to`."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce, key.encrypt(nonce, plaintext, bound_to.encode())
