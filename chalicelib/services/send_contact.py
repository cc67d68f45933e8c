"""Sends a message to a customer for a contact token."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from chalicelib.domain.access import AccessLogEntry, access
from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.contact import MESSAGE, Message
from chalicelib.domain.customer import Customer
from chalicelib.domain.dispatch import RECEIPTS_COME_FOR, Dispatch
from chalicelib.domain.errors import NotFound, Unavailable
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.policy import Policy
from chalicelib.domain.sent import Sent
from chalicelib.domain.sms_parts import sms_parts
from chalicelib.domain.sms_text import contact_text
from chalicelib.domain.writes import Insert
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import changed, existing
from chalicelib.services.contact_use import ContactUse
from chalicelib.services.holding import Holding
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.opening import Opening
from chalicelib.services.send_budgets import NOT_SENT, SendBudgets
from chalicelib.services.sms_sender import SmsSender


@dataclass(frozen=True)
class _Intended:
    """A message that is written down and paid for, and whom it goes to."""

    message: Message
    customer: Customer
    entry: AccessLogEntry
    text: str


@dataclass(frozen=True)
class SendContact:
    """The intent stands before the SMS, the outcome is written after it."""

    policy: Policy
    clock: Clock
    store: Store
    idempotency: Idempotency
    contact_use: ContactUse
    opening: Opening
    budgets: SendBudgets
    sender: SmsSender

    def __call__(
        self, caller: Caller, token: str, template: str, parameters: Mapping[str, str], keyed: KeyedRequest | None
    ) -> Message:
        """The message was sent at most once, the token is used and the access is logged.

        Raises:
            ContactTokenInvalid, Throttled, FieldInvalid, SpendLimitReached: nothing was opened.
            IdempotencyKeyReused: the key was used with another body.
            Contended: the number was erased after the token was used.
        """
        with Holding() as holding:
            done = self.idempotency.once(
                keyed,
                lambda: self._intend(holding, caller, token, template, parameters, keyed),
                lambda earlier: existing(self.store, Message, earlier),
            )
            if isinstance(done, Message):
                # Its twin's send was paid for then.
                holding.give_back()
                return done
            number = self._opened(done)
        sent = self.sender.send(number, done.text, done.message.id)
        if sent.delivery in NOT_SENT:
            holding.give_back()
        return self._told(done.message, sent)

    def _intend(
        self,
        holding: Holding,
        caller: Caller,
        token: str,
        template: str,
        parameters: Mapping[str, str],
        keyed: KeyedRequest | None,
    ) -> _Intended | Message:
        at = self.clock.now()
        used, customer = self.contact_use.admitted(caller, token, "sms", at)
        region = customer.region or ""
        text = contact_text(self.policy, customer.locale, region, used.purpose, template, parameters)
        # Before the token is used up: what cannot be paid for leaves it for later.
        money = self.budgets.of_message(holding, customer.test_number, region, text, at)
        intent = Insert(
            Message(
                id=new_id(MESSAGE),
                client_id=caller.client_id,
                customer_id=customer.id,
                purpose=used.purpose,
                template=template,
                parts=sms_parts(text),
                cost=sum(reserve().cost for reserve in money.values()),
                sent_at=at,
                # Longer than its claim: a repeated request finds it, and so does the last receipt.
                lapses_at=at + RECEIPTS_COME_FOR,
            )
        )
        claim = self.idempotency.claim(keyed, intent.record.id, customer.id, at)
        entry = access(caller, customer.id, "message", used.purpose, "sms", used.evidence, at)
        self.contact_use.consume(used, customer, entry, at, intent, *claim)
        return _Intended(intent.record, customer, entry, text)

    def _opened(self, intended: _Intended) -> PhoneNumber:
        try:
            return self.opening.open(intended.customer, intended.entry)
        except Unavailable:
            # Who repeats the request must not read that it may be on its way.
            self._told(intended.message, Sent("failed", None, reason="not_opened"))
            raise

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
            return changed(self.store, message, rule, lambda _: dispatch)
        except (NotFound, Unavailable):
            # Without its outcome the intent reads as unknown, and nothing is sent again.
            return rule(message)
