"""Moves data keys from one KMS key to another, inside KMS."""

from dataclasses import dataclass

from chalicelib.adapters.kms_data_keys import KmsDataKeys
from chalicelib.domain.customer import LEDGER_KEY, WrappedKey


@dataclass(frozen=True)
class KmsKeyWrapper:
    """Needs ReEncryptFrom on the keys before and ReEncryptTo on those in use; never Decrypt."""

    numbers: KmsDataKeys
    ledgers: KmsDataKeys

    def rewrap(self, key: WrappedKey) -> WrappedKey:
        """The same data key under the KMS key in use; as it was if it is under that already."""
        return (self.ledgers if key.key_id == LEDGER_KEY else self.numbers).rewrap(key)
