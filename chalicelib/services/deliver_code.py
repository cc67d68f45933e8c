"""Sends the code of a verification whose send is already written as intended."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from chalicelib.domain.dispatch import RECEIPTS_COME_FOR, Dispatch
from chalicelib.domain.errors import NotFound, Unavailable
from chalicelib.domain.one_time_code import derive_code
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.policy import Policy
from chalicelib.domain.sent import Sent
from chalicelib.domain.sms_text import code_text
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Insert
from chalicelib.ports import Clock, SendQueue, SmsFeedback
from chalicelib.services.note_outcome import NoteOutcome
from chalicelib.services.sms_sender import SmsSender

# A carrier's rates are by the second. The pause doubles: it is as long as the send has waited already.
SHORTEST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(seconds=60)


@dataclass(frozen=True)
class DeliverCode:
    """One SMS at most: the intent stands before the call, the outcome is written after it."""

    policy: Policy
    clock: Clock
    sender: SmsSender
    queue: SendQueue
    feedback: Mapping[str, SmsFeedback]
    note_outcome: NoteOutcome

    def __call__(self, verification: Verification, number: PhoneNumber, secret: bytes) -> Verification:
        """The last send of the verification was tried once, and its outcome is recorded.

        A lost outcome leaves the send as intended, which is told as unknown and never sent again by itself. What the
        carrier was too busy for is queued while its code lives, if the number is in the verification: a customer's own
        number is opened for its wallet's token only, so there the wallet resends.

        Args:
            verification: as stored, with the intent in it.
            secret: what the code is derived from.
        """
        at = self.clock.now()
        left = max(1, ceil((verification.code_expires_at - at).total_seconds()))
        text = code_text(verification, derive_code(secret), self.policy)
        sent = self.sender.send(number, text, verification.id, left)
        if sent.outcome == "throttled" and verification.pending_number is not None:
            return self._queued(verification, sent, at)
        if sent.message_id and sent.sender in self.feedback:
            self._ask_for_feedback(verification, left)
        return self._told(verification, sent, at)

    def _queued(self, verification: Verification, throttled: Sent, at: datetime) -> Verification:
        pause = min(max(at - verification.sends[-1].at, SHORTEST_PAUSE), LONGEST_PAUSE)
        if at + pause >= verification.code_expires_at:
            return self._told(verification, throttled, at)
        queued = verification
        try:
            # First the record: a worker drops what it does not find queued.
            queued = self._kept(verification, Sent("queued", throttled.sender), at)
            self.queue.put(verification.id, ceil(pause.total_seconds()))
        except (NotFound, Unavailable):
            return self._told(queued, throttled, at)
        return queued

    def _ask_for_feedback(self, verification: Verification, seconds: int) -> None:
        try:
            self.queue.put(verification.id, seconds)
        except Unavailable:
            # The carrier takes what it is not told for a failure.
            return

    def _told(self, verification: Verification, sent: Sent, at: datetime) -> Verification:
        try:
            return self._kept(verification, sent, at)
        except (NotFound, Unavailable):
            send = len(verification.sends)
            return replace(verification, sends=verification.with_delivery(send, sent).sends)

    def _kept(self, verification: Verification, sent: Sent, at: datetime) -> Verification:
        send, before = len(verification.sends), verification.sends[-1].delivery

        def rule(current: Verification) -> Verification:
            # A worker may have been quicker than the answer to a put that seemed to fail. What still stands as queued,
            # no worker has: it is our own word, whose answer was lost.
            ours = current.sends[send - 1].delivery in (before, "queued")
            return current.with_delivery(send, sent) if ours else current

        dispatch = (
            (Insert(Dispatch(sent.message_id, verification.id, at + RECEIPTS_COME_FOR)),) if sent.message_id else ()
        )
        return self.note_outcome(verification, rule, lambda _: dispatch)
