"""Customers' numbers, each under a data key of its own."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.adapters.kms_data_keys import KmsDataKeys, seal
from chalicelib.domain.customer import WrappedKey
from chalicelib.domain.held_number import SealedNumber
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.phone_number import PhoneNumber, known_phone_number
from chalicelib.domain.settlement import OpenedNumber

FIELD = "number"


@dataclass(frozen=True, repr=False)
class NumberEnvelope:
    """A data key that has sealed nothing yet."""

    key: WrappedKey
    cipher: AESGCM

    def seal(self, number: PhoneNumber) -> SealedNumber:
        """The number under the data key, bound to the customer and the key's name."""
        nonce, ciphertext = seal(self.cipher, number.e164.encode(), _bound_to(self.key.customer_id, self.key.key_id))
        return SealedNumber(self.key.key_id, nonce, ciphertext)


@dataclass(frozen=True)
class KmsNumberSealer:
    """Needs GenerateDataKey only: who can seal cannot open."""

    keys: KmsDataKeys

    def envelope(self, customer_id: str) -> NumberEnvelope:
        """A data key of its own for one number of this customer."""
        return NumberEnvelope(*self.keys.make(customer_id, new_id(FIELD)))


@dataclass(frozen=True)
class KmsNumberOpener:
    """Needs Decrypt on the number key, which the strongroom alone has."""

    keys: KmsDataKeys

    def open(self, customer_id: str, sealed: SealedNumber, key: WrappedKey) -> OpenedNumber:
        """The number in clear, and the call that opened it."""
        unwrapped = self.keys.unwrap(key)
        plaintext = unwrapped.cipher.decrypt(
            sealed.nonce, sealed.ciphertext, _bound_to(customer_id, sealed.key_id).encode()
        )
        return OpenedNumber(known_phone_number(plaintext.decode()), unwrapped.request_id, unwrapped.retries)


def _bound_to(customer_id: str, key_id: str) -> str:
    return f"number/v1|{customer_id}|{key_id}"
