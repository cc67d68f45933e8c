"""Sends the code of a verification whose send is already written as intended."""

from dataclasses import dataclass, replace

from chalicelib.domain.errors import NotFound, Unavailable
from chalicelib.domain.one_time_code import derive_code
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.policy import Policy
from chalicelib.domain.sms_text import code_text
from chalicelib.domain.verification import Verification
from chalicelib.ports import Store
from chalicelib.services.changing import changed
from chalicelib.services.sms_sender import SmsSender


@dataclass(frozen=True)
class DeliverCode:
    """One SMS at most: the intent stands before the call, the outcome is written after it."""

    policy: Policy
    store: Store
    sender: SmsSender

    def __call__(self, verification: Verification, number: PhoneNumber, secret: bytes) -> Verification:
        """The last send of the verification was tried once, and its outcome is recorded.

        A lost outcome leaves the send as intended, which is told as unknown and never sent again by itself.

        Args:
            verification: as stored, with the intent in it.
            secret: what the code is derived from.
        """
        text = code_text(verification, derive_code(secret), self.policy)
        delivery = self.sender.send(number, text, verification.id).outcome
        send = len(verification.sends)
        try:
            return changed(self.store, verification, lambda current: current.with_delivery(send, delivery))
        except (NotFound, Unavailable):
            return replace(verification, sends=verification.with_delivery(send, delivery).sends)
