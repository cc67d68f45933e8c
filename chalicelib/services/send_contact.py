"""Sends a message to a customer for a contact token."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.access import access
from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.contact import MESSAGE, Message
from chalicelib.domain.dispatch import RECEIPTS_COME_FOR
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.policy import Policy
from chalicelib.domain.sms_parts import sms_parts
from chalicelib.domain.sms_text import contact_text
from chalicelib.domain.writes import Insert
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import existing
from chalicelib.services.contact_use import ContactUse
from chalicelib.services.deliver_message import DeliverMessage, IntendedMessage
from chalicelib.services.holding import Holding
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.send_budgets import SendBudgets


@dataclass(frozen=True)
class SendContact:
    """The intent stands before the SMS; `DeliverMessage` does the rest."""

    policy: Policy
    clock: Clock
    store: Store
    idempotency: Idempotency
    contact_use: ContactUse
    budgets: SendBudgets
    deliver_message: DeliverMessage

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
        return self.deliver_message(done, holding)

    def _intend(
        self,
        holding: Holding,
        caller: Caller,
        token: str,
        template: str,
        parameters: Mapping[str, str],
        keyed: KeyedRequest | None,
    ) -> IntendedMessage | Message:
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
                key_id=customer.number.key_id if customer.number else None,
            )
        )
        claim = self.idempotency.claim(keyed, intent.record.id, customer.id, at)
        entry = access(
            caller, customer.id, "message", used.purpose, "sms", used.evidence, at, self.policy.rules.retention
        )
        self.contact_use.consume(used, customer, entry, at, intent, *claim)
        return IntendedMessage(intent.record, customer.number, entry, text)
