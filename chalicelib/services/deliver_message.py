"""Sends a message whose intent is written and paid for, and whose opening stands in the access log."""

from dataclasses import dataclass, replace

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.contact import Message
from chalicelib.domain.dispatch import Dispatch
from chalicelib.domain.errors import NotFound, NumberStale, Unavailable
from chalicelib.domain.held_number import SealedNumber
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.sent import Sent
from chalicelib.domain.writes import Insert
from chalicelib.services.holding import Holding
from chalicelib.services.look_up_carrier import LookUpCarrier
from chalicelib.services.note_outcome import NoteOutcome
from chalicelib.services.opening import Opening
from chalicelib.services.send_budgets import NOT_SENT
from chalicelib.services.sms_sender import SmsSender


@dataclass(frozen=True)
class IntendedMessage:
    """A message that is written down and paid for, and the number that it goes to."""

    message: Message
    number: SealedNumber | None
    entry: AccessLogEntry
    text: str


@dataclass(frozen=True)
class DeliverMessage:
    """One SMS at most: a lost outcome leaves the message as unknown, and nothing sends it again."""

    opening: Opening
    look_up_carrier: LookUpCarrier
    sender: SmsSender
    note_outcome: NoteOutcome

    def __call__(self, intended: IntendedMessage, holding: Holding) -> Message:
        """The message as far as it is known; what was held for it is given back if it was surely not sent.

        Raises:
            Contended: the number was erased since.
            Unavailable: it could not be opened, and the message says so.
        """
        with holding:
            number = self._opened(intended)
        sent = self._sent(intended, number)
        if sent.delivery in NOT_SENT:
            holding.give_back()
        return self._told(intended.message, sent)

    def _opened(self, intended: IntendedMessage) -> PhoneNumber:
        try:
            return self.opening.open(intended.number, intended.entry)
        except Unavailable:
            # Who repeats the request must not read that it may be on its way.
            self._told(intended.message, Sent("failed", None, reason="not_opened"))
            raise

    def _sent(self, intended: IntendedMessage, number: PhoneNumber) -> Sent:
        message = intended.message
        try:
            self.look_up_carrier(message.customer_id, message.key_id, number, message.purpose)
        except NumberStale:
            return Sent("failed", None, reason="number_stale")
        return self.sender.send(number, intended.text, message.id)

    def _told(self, message: Message, sent: Sent) -> Message:
        def rule(current: Message) -> Message:
            # A receipt that names the message may have been quicker, and knows more.
            if current.delivery != message.delivery:
                return current
            return replace(
                current,
                delivery=sent.delivery,
                sender=sent.sender,
                message_id=sent.message_id,
                reason=sent.reason,
                cost=0 if sent.delivery in NOT_SENT else current.cost,
            )

        # As long as the message itself: what came later would find nothing.
        dispatch = (Insert(Dispatch(sent.message_id, message.id, message.lapses_at)),) if sent.message_id else ()
        try:
            return self.note_outcome(message, rule, lambda _: dispatch)
        except (NotFound, Unavailable):
            # Without its outcome the intent reads as unknown, and nothing is sent again.
            return rule(message)
