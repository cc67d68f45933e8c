"""Seals a number that was proved for the customer who proved it."""

from dataclasses import dataclass

from chalicelib.domain.customer import WrappedKey
from chalicelib.domain.held_number import HeldNumber
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.verification import Verification
from chalicelib.ports import NumberIndex, NumberSealer, PendingNumbers
from chalicelib.services.concurrently import together
from chalicelib.services.number_tags import tags_of


@dataclass(frozen=True)
class SealProof:
    """The one way from a proof's number to a customer's. Nothing is written: the caller's commit spends the proof."""

    index: NumberIndex
    pending: PendingNumbers
    sealer: NumberSealer

    def __call__(self, customer_id: str, proof: Verification) -> tuple[PhoneNumber, HeldNumber, WrappedKey]:
        """The number, the same as the customer will hold it, and its data key, which belongs into the same commit.

        Args:
            proof: verified, with its number and not spent.

        Raises:
            Unavailable: KMS did not answer.
        """
        pending = proof.pending_number
        assert pending is not None
        number, envelope = together(
            lambda: self.pending.open(proof.id, pending), lambda: self.sealer.envelope(customer_id)
        )
        # Begun before a rotation, the proof knows no tag under a key in which the number may be held by now.
        tag, *others = tags_of(self.index, number, proof.tags)
        held = HeldNumber(
            tag=tag,
            masked=proof.masked,
            region=proof.region,
            number=envelope.seal(number),
            verified_at=proof.verified_at,
            test_number=proof.test_number,
            time_zones=number.time_zones,
            other_tags=tuple(others),
        )
        return number, held, envelope.key
