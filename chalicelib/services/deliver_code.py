"""Sends the code of a verification whose send is already written as intended."""

from dataclasses import dataclass, replace

from chalicelib.domain.errors import Unavailable
from chalicelib.domain.one_time_code import derive_code
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.policy import Policy
from chalicelib.domain.sms_text import code_text
from chalicelib.domain.verification import Verification
from chalicelib.ports import Conflict, Replace, SmsSender, Store


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
        delivery = self.sender.send(number, code_text(verification, derive_code(secret), self.policy))
        return record_delivery(self.store, verification, len(verification.sends), delivery)


def record_delivery(store: Store, verification: Verification, send: int, delivery: str) -> Verification:
    """The outcome of a send stands in the record, if the store let it; checks may have moved the record meanwhile."""
    current = verification
    while True:
        write = Replace(current, current.with_delivery(send, delivery))
        try:
            store.commit(write)
            return write.after
        except Conflict as conflict:
            found = conflict.current(Verification)
            if found is None:
                return write.after
            current = found
        except Unavailable:
            return replace(current, sends=write.after.sends)
