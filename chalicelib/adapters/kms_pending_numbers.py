"""Numbers of nobody yet: sealed directly by KMS, for a day at most."""

from dataclasses import dataclass

from chalicelib.adapters import aws
from chalicelib.domain.phone_number import PhoneNumber, known_phone_number


@dataclass(frozen=True)
class KmsPendingNumbers:
    """Encrypt and Decrypt under the pending key. The context is the verification's id: readable in CloudTrail."""

    key_id: str

    def seal(self, verification_id: str, number: PhoneNumber) -> bytes:
        """The number as ciphertext that only this verification's id opens."""
        with aws.translated():
            answer = aws.kms().encrypt(
                KeyId=self.key_id,
                Plaintext=number.e164.encode(),
                EncryptionContext={"verification": verification_id},
            )
        return answer["CiphertextBlob"]

    def open(self, verification_id: str, sealed: bytes) -> PhoneNumber:
        """The number again."""
        with aws.translated():
            answer = aws.kms().decrypt(
                KeyId=self.key_id, CiphertextBlob=sealed, EncryptionContext={"verification": verification_id}
            )
        return known_phone_number(answer["Plaintext"].decode())
