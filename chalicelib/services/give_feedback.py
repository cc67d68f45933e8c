"""Tells a carrier whether the code that it carried was entered."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.verification import Send, Verification
from chalicelib.ports import Clock, SmsFeedback, Store


@dataclass(frozen=True)
class GiveFeedback:
    """Once the code is over, and never before: until then it may still be entered."""

    clock: Clock
    store: Store
    feedback: Mapping[str, SmsFeedback]

    def __call__(self, verification_id: str) -> int:
        """The carriers know of each send of this verification that wants it; returns how many.

        A right code is one person who received it. The last send before it counts as the one, and those before that as
        failed: the person asked again. Doing it again tells the same.

        Raises:
            Unavailable: the store or a carrier did not answer.
        """
        verification = self.store.get(Verification, verification_id)
        if verification is None or not self._is_over(verification):
            return 0
        received = self._received(verification)
        told = 0
        for send in verification.sends:
            carrier = self.feedback.get(send.sender or "")
            if carrier and send.message_id:
                carrier.tell(send.message_id, received=send is received)
                told += 1
        return told

    def _is_over(self, verification: Verification) -> bool:
        return verification.verified_at is not None or self.clock.now() >= verification.code_expires_at

    def _received(self, verification: Verification) -> Send | None:
        proved_at = verification.verified_at
        if proved_at is None:
            return None
        return next((send for send in reversed(verification.sends) if send.message_id and send.at <= proved_at), None)
