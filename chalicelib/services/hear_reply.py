"""Does what a reply to an SMS asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import PhoneNumberRefused, SpendLimitReached, Throttled
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.inbound import InboundSms
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.policy import Policy
from chalicelib.domain.reply import STOP, meaning
from chalicelib.domain.sms_text import reply_text
from chalicelib.domain.suppression import BY_SMS
from chalicelib.ports import Clock, NumberIndex, Store
from chalicelib.services.holding import Holding
from chalicelib.services.number_tags import tags_of
from chalicelib.services.send_budgets import NOT_SENT, SendBudgets
from chalicelib.services.sms_sender import SmsSender
from chalicelib.services.stop_advertising import StopAdvertising
from chalicelib.services.tag_holder import active_holder
from chalicelib.services.throttle import Throttle


@dataclass(frozen=True)
class HearReply:
    """A no counts before anything else is tried; the answer to it is sent once, or not at all.

    Customers are answered and nobody else: or whoever can send an SMS from many numbers could make us pay for as many.
    """

    policy: Policy
    clock: Clock
    store: Store
    index: NumberIndex
    stop_advertising: StopAdvertising
    throttle: Throttle
    budgets: SendBudgets
    sender: SmsSender

    def __call__(self, reply: InboundSms) -> str:
        """What the reply asks for is done; returns what became of it: stopped, stopped_before, start or other.

        The same reply a second time changes nothing.

        Raises:
            NotFound: the customer's ledger key is gone.
            Contended, Unavailable: it may not be done; it can be heard again.
        """
        at = self.clock.now()
        heard = meaning(reply.text, self.policy.reply_words)
        if heard is None:
            return "other"
        tags = tags_of(self.index, reply.number)
        if heard == STOP:
            stopped = self.stop_advertising(tags, BY_SMS, min(reply.sent_at, at))
            if stopped.is_news and stopped.customer is not None:
                self._answer(reply.number, stopped.customer, heard, at)
            return "stopped" if stopped.is_news else "stopped_before"
        customer = active_holder(self.store, tags)
        if customer is not None and self._may_answer(tags, at):
            self._answer(reply.number, customer, heard, at)
        return "start"

    def _may_answer(self, tags: Sequence[str], at: datetime) -> bool:
        try:
            self.throttle.admit(self.throttle.keys_of_any("answers", tags, at), at)
        except Throttled:
            return False
        return True

    def _answer(self, number: PhoneNumber, customer: Customer, heard: str, at: datetime) -> None:
        text = reply_text(self.policy, customer.locale, heard)
        with Holding() as holding:
            try:
                for reserve in self.budgets.of_message(holding, customer.test_number, number.region, text, at).values():
                    reserve()
            except (SpendLimitReached, PhoneNumberRefused):
                return
            if self.sender.send(number, text, new_id("ans")).delivery in NOT_SENT:
                holding.give_back()
