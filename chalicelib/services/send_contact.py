"""Sends a message to a customer for a contact token."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from chalicelib.domain.access import AccessLogEntry, access
from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import CLAIM_LIFETIME, KeyedRequest
from chalicelib.domain.contact import Message
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.policy import Policy
from chalicelib.domain.sms_text import contact_text
from chalicelib.domain.writes import Insert, Replace
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import existing
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
            number = self.opening.open(done.customer, done.entry)
        sent = self.sender.send(number, done.text, done.message.id)
        if sent.delivery in NOT_SENT:
            holding.give_back()
        outcome = Replace(done.message, replace(done.message, delivery=sent.delivery))
        # Without its outcome the intent reads as unknown, and nothing is sent again.
        with suppress(Unavailable):
            self.store.commit(outcome)
        return outcome.after

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
        text = contact_text(self.policy, customer.locale, used.purpose, template, parameters)
        intent = Insert(
            Message(
                id=new_id("msg"),
                customer_id=customer.id,
                purpose=used.purpose,
                template=template,
                sent_at=at,
                lapses_at=at + CLAIM_LIFETIME,
            )
        )
        claim = self.idempotency.claim(keyed, intent.record.id, customer.id, at)
        # Before the token is used up: what cannot be paid for leaves it for later.
        for reserve in self.budgets.of_message(holding, customer.test_number, customer.region or "", text, at).values():
            reserve()
        entry = access(caller, customer.id, "message", used.purpose, "sms", used.evidence, at)
        self.contact_use.consume(used, customer, entry, at, intent, *claim)
        return _Intended(intent.record, customer, entry, text)
