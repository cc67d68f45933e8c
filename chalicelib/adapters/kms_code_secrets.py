"""Secrets of one-time codes: derived by KMS at each use, so that none is ever stored."""

from dataclasses import dataclass

from chalicelib.adapters import aws


@dataclass(frozen=True)
class KmsCodeSecrets:
    """GenerateMac under the code key."""

    key_id: str
    tenant: str

    def secret(self, verification_id: str, tag: str, purpose: str, context_digest: str) -> bytes:
        """32 bytes that belong to exactly this verification, number, purpose and context.

        Source: decision 0002; SP 800-63B-4 3.1.3.2 (approved generator).
        """
        message = "|".join(("code/v1", self.tenant, verification_id, tag, purpose, context_digest))
        with aws.translated():
            answer = aws.kms().generate_mac(KeyId=self.key_id, MacAlgorithm="HMAC_SHA_256", Message=message.encode())
        return answer["Mac"]
