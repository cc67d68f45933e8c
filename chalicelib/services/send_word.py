"""Tells the old number of a customer that their number changes, until when and where that can be stopped."""

from dataclasses import dataclass, replace

from chalicelib.domain.access import access
from chalicelib.domain.caller import Caller
from chalicelib.domain.contact import Message, word_id
from chalicelib.domain.customer import Customer
from chalicelib.domain.dispatch import RECEIPTS_COME_FOR
from chalicelib.domain.errors import NotFound
from chalicelib.domain.number_change import PURPOSE
from chalicelib.domain.policy import Policy
from chalicelib.domain.schedule import dated
from chalicelib.domain.sms_parts import sms_parts
from chalicelib.domain.sms_text import old_number_text
from chalicelib.domain.writes import Conflict, Expect, Insert, Replace
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import existing
from chalicelib.services.concurrently import together_by_name
from chalicelib.services.deliver_message import DeliverMessage, IntendedMessage
from chalicelib.services.holding import Holding
from chalicelib.services.opening import Opening
from chalicelib.services.send_budgets import SendBudgets

TEMPLATE = "old_number"


@dataclass(frozen=True)
class SendWord:
    """Backed by the change that stands in the customer's head: one SMS for one change, whoever asks and how often."""

    policy: Policy
    clock: Clock
    store: Store
    opening: Opening
    budgets: SendBudgets
    deliver_message: DeliverMessage

    def __call__(self, caller: Caller, customer_id: str) -> Message:
        """The old number of the customer's change has been told once, and this is what is known of it.

        Raises:
            NotFound: not the caller's customer, no change that is not over, or no number before it.
            Throttled, SpendLimitReached, PhoneNumberRefused: nothing was opened.
            Contended: the number was erased meanwhile.
        """
        caller.require_reach(customer_id)
        while True:
            customer = existing(self.store, Customer, customer_id)
            if customer.change is None or customer.leaving is None:
                raise NotFound
            told = self.store.get(Message, word_id(customer.change.id))
            if told is not None:
                return told
            try:
                with Holding() as holding:
                    intended = self._intend(holding, caller, customer)
            except Conflict:
                # Its twin was quicker, or the change is over or another: what stands there now decides.
                continue
            return self.deliver_message(intended, holding)

    def _intend(self, holding: Holding, caller: Caller, customer: Customer) -> IntendedMessage:
        number, at, rules = customer.leaving, self.clock.now(), self.policy.rules
        assert customer.change is not None
        assert number is not None
        change = customer.change.told(at)
        text = old_number_text(self.policy, customer.locale, change.until)
        money = self.budgets.of_message(holding, number.test_number, number.region, text, at)
        taken = together_by_name({"admitted": lambda: self.opening.admit(caller, at), **money})
        entry = access(caller, customer.id, "word", PURPOSE, "sms", (change.id,), at, rules.retention)
        message = Message(
            id=word_id(change.id),
            client_id=caller.client_id,
            customer_id=customer.id,
            purpose=PURPOSE,
            template=TEMPLATE,
            parts=sms_parts(text),
            cost=taken["money"].cost if money else 0,
            sent_at=at,
            # Nobody tells it twice, a clock that is late finds that it was told, and any receipt finds its message.
            lapses_at=max(change.ends_at(rules.number_change), at) + RECEIPTS_COME_FOR,
            key_id=number.number.key_id,
        )
        intent = Insert(message)
        held_up = Replace(customer, dated(replace(customer, change=change), rules))
        # No word once a stop was answered.
        self.store.commit(Expect(customer) if change is customer.change else held_up, intent, Insert(entry))
        return IntendedMessage(intent.record, number.number, entry, text)
