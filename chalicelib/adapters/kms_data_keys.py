"""Data keys under KMS, and AES-256-GCM under data keys."""

import os
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.adapters import aws
from chalicelib.adapters.key_ring import KeyRing
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

    ring: KeyRing
    field: str

    def make(self, customer_id: str, name: str) -> tuple[WrappedKey, AESGCM]:
        """A fresh data key: wrapped, and ready for use."""
        with aws.translated():
            answer = aws.kms().generate_data_key(
                KeyId=self.ring.current, KeySpec="AES_256", EncryptionContext=self._context(customer_id)
            )
        return WrappedKey(customer_id, name, answer["CiphertextBlob"]), AESGCM(answer["Plaintext"])

    def unwrap(self, key: WrappedKey) -> UnwrappedKey:
        """The data key, ready for use."""
        # Which key of several wrapped it KMS knows from the blob, and IAM lets us use none but these.
        by: dict[str, Any] = {"KeyId": self.ring.current} if len(self.ring.keys) == 1 else {}
        with aws.translated():
            answer = aws.kms().decrypt(
                CiphertextBlob=key.wrapped, EncryptionContext=self._context(key.customer_id), **by
            )
        call = answer["ResponseMetadata"]
        return UnwrappedKey(AESGCM(answer["Plaintext"]), call["RequestId"], call["RetryAttempts"])

    def rewrap(self, key: WrappedKey) -> WrappedKey:
        """The same data key under the KMS key in use, which nobody has seen; as it was if it is under that already."""
        with aws.translated():
            answer = aws.kms().re_encrypt(
                CiphertextBlob=key.wrapped,
                SourceEncryptionContext=self._context(key.customer_id),
                DestinationKeyId=self.ring.current,
                DestinationEncryptionContext=self._context(key.customer_id),
            )
        return key if answer["SourceKeyId"] == answer["KeyId"] else replace(key, wrapped=answer["CiphertextBlob"])

    def _context(self, customer_id: str) -> dict[str, str]:
        return {"customer": customer_id, "field": self.field}


def seal(key: AESGCM, plaintext: bytes, bound_to: str) -> tuple[bytes, bytes]:
    """A fresh nonce and the ciphertext, which opens only together with `bound_to`."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce, key.encrypt(nonce, plaintext, bound_to.encode())
