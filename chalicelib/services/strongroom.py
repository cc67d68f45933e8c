"""The strongroom: the only place where a customer's number is opened."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import CLAIM_LIFETIME, KeyedRequest
from chalicelib.domain.contact import AccessLogEntry, ContactToken, Message, decide, token_digest
from chalicelib.domain.customer import Customer, WrappedKey
from chalicelib.domain.errors import ContactTokenInvalid, Contended, NotFound, NotReplayable, Unavailable
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.policy import Policy
from chalicelib.domain.sms_text import code_text, contact_text
from chalicelib.domain.throttle import OpeningLog
from chalicelib.domain.verification import Send, Verification
from chalicelib.domain.writes import Conflict, Expect, Insert, Replace, Write
from chalicelib.ports import Clock, CodeSecrets, NumberOpener, Store, TokenVerifier
from chalicelib.services.changing import changed, existing
from chalicelib.services.concurrently import together, together_by_name
from chalicelib.services.deliver_code import DeliverCode
from chalicelib.services.holding import Holding
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.own_verification import OwnVerification
from chalicelib.services.send_budgets import NOT_SENT, SAMPLE_CODE, Calls, SendBudgets, settled
from chalicelib.services.sms_sender import SmsSender
from chalicelib.services.throttle import Throttle


@dataclass(frozen=True)
class StrongroomService:
    """Three doors: a code, a message, a reveal. Each proves the caller again and logs the access before it opens."""

    policy: Policy
    clock: Clock
    store: Store
    tokens: TokenVerifier
    own: OwnVerification
    idempotency: Idempotency
    throttle: Throttle
    opener: NumberOpener
    codes: CodeSecrets
    sender: SmsSender
    deliver: DeliverCode
    budgets: SendBudgets

    def send_code(self, authorization: str, verification_id: str) -> Send:
        """The intended send of this verification has been made once, and this is what is known of it.

        Raises:
            NotAuthenticated, NotPermitted, NotFound: not the caller's verification, or its customer has no such number.
            CustomerRestricted, CustomerPurged: there is nobody to send to.
            VerificationSpent, VerificationCancelled, VerificationExpired, VerificationLocked: nothing to send for.
            Throttled, SpendLimitReached: the caller opens too much, or a ceiling of money is reached.
            Contended: the send is not intended any more; somebody else took it.
        """
        at = self.clock.now()
        caller = self.tokens.verify(authorization).acting_as("wallet")
        verification = self.own(caller, verification_id)
        text = code_text(verification, SAMPLE_CODE, self.policy)
        with Holding() as holding:
            found = together_by_name(
                {
                    "admitted": lambda: self._admit(caller, at),
                    "customer": lambda: existing(self.store, Customer, verification.customer_id or ""),
                    "secret": lambda: self.codes.secret(*verification.code_subject(verification.context)),
                    **self._money(holding, verification.test_number, verification.region, text, at),
                }
            )
            taken, number = self._taken_for_code(caller, verification, found["customer"], at)
        sent = settled(taken, partial(self.deliver, taken, number, found["secret"]), holding)
        return sent.sends[len(taken.sends) - 1]

    def _taken_for_code(
        self, caller: Caller, verification: Verification, customer: Customer, at: datetime
    ) -> tuple[Verification, PhoneNumber]:
        entry = AccessLogEntry(
            id=new_id("acc"),
            customer_id=customer.id,
            at=at,
            action="code",
            purpose=verification.purpose,
            channel="sms",
            role=caller.role,
            client_id=caller.client_id,
            subject=caller.subject,
            evidence=(verification.id,),
        )
        taken, customer = self._take(verification, customer, entry, at)
        return taken, self._open(customer)

    def send_message(
        self, authorization: str, token: str, template: str, parameters: Mapping[str, str], keyed: KeyedRequest | None
    ) -> Message:
        """The message was sent at most once, the token is used and the access is logged.

        Raises:
            NotAuthenticated, NotPermitted: not a caller for this.
            ContactTokenInvalid, Throttled, FieldInvalid, SpendLimitReached: nothing was opened.
            IdempotencyKeyReused: the key was used with another body.
            Contended: the number was erased after the token was used.
        """
        at = self.clock.now()
        caller = self.tokens.verify(authorization).acting_as("staff", "wallet")

        def intend() -> tuple[Message, Customer | None, str]:
            used, customer = self._admitted(caller, token, "sms", at)
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
            for reserve in self._money(holding, customer.test_number, customer.region or "", text, at).values():
                reserve()
            self._consume(used, customer, self._entry(caller, used, "message", at), at, intent, *claim)
            return intent.record, customer, text

        with Holding() as holding:
            message, customer, text = self.idempotency.once(
                keyed, intend, lambda earlier: (existing(self.store, Message, earlier), None, "")
            )
            if customer is None:
                # Its twin's send was paid for then.
                holding.give_back()
                return message
            number = self._open(customer)
        sent = self.sender.send(number, text, message.id)
        if sent.delivery in NOT_SENT:
            holding.give_back()
        outcome = Replace(message, replace(message, delivery=sent.delivery))
        # Without its outcome the intent reads as unknown, and nothing is sent again.
        with suppress(Unavailable):
            self.store.commit(outcome)
        return outcome.after

    def reveal(self, authorization: str, token: str, justification: str, keyed: KeyedRequest | None) -> PhoneNumber:
        """The number in clear; the token is used and the access is logged with its justification.

        Raises:
            NotAuthenticated, NotPermitted: not a caller for this.
            ContactTokenInvalid, Throttled: nothing was opened.
            NotReplayable, IdempotencyKeyReused: the key was used before, with the same body or another.
            Contended: the number was erased after the token was used.
        """
        at = self.clock.now()
        caller = self.tokens.verify(authorization).acting_as("staff")

        def intend() -> Customer:
            used, customer = self._admitted(caller, token, "call", at)
            entry = self._entry(caller, used, "reveal", at, justification)
            self._consume(used, customer, entry, at, *self.idempotency.claim(keyed, "reveal", customer.id, at))
            return customer

        def refuse(_earlier: str) -> Customer:
            raise NotReplayable

        return self._open(self.idempotency.once(keyed, intend, refuse))

    def _take(
        self, verification: Verification, customer: Customer, entry: AccessLogEntry, at: datetime
    ) -> tuple[Verification, Customer]:
        # One SMS for one intent, whoever asks and however often; and none once a closure was answered.
        rules = self.policy.rules.verification
        while True:
            customer.require_active()
            if customer.tag != verification.tag:
                raise NotFound
            also = partial(self._with_access, customer, entry)
            try:
                taken = changed(self.store, verification, lambda it: it.with_send_taken(at, rules), also)
                return taken, customer
            except Conflict as conflict:
                if not conflict.hit(Customer):
                    raise
                customer = existing(self.store, Customer, customer.id)

    def _with_access(self, customer: Customer, entry: AccessLogEntry, _: Verification) -> tuple[Write, ...]:
        return Expect(customer), Insert(entry)

    def _money(self, holding: Holding, test_number: str | None, region: str, text: str, at: datetime) -> Calls:
        # To a test number nothing is sent, so nothing is spent; libphonenumber may not even know where it belongs.
        if test_number in self.policy.rules.test_numbers:
            return {}
        return self.budgets.of_money(holding, region, text, at)

    def _admit(self, caller: Caller, at: datetime) -> None:
        # In a table that the API function cannot write: who could reset the count would have no budget.
        keys = self.throttle.keys(f"opening_by_{caller.role}", f"{caller.client_id}|{caller.subject}", at)
        self.throttle.admit(keys, at, kind=OpeningLog)

    def _admitted(self, caller: Caller, token: str, channel: str, at: datetime) -> tuple[ContactToken, Customer]:
        """The caller's own live token and its customer, decided anew."""
        found = self.store.get(ContactToken, token_digest(token))
        if (
            found is None
            or found.used_at is not None
            or found.client_id != caller.client_id
            or found.subject != caller.subject
            or found.channel != channel
        ):
            raise ContactTokenInvalid
        _, customer = together(lambda: self._admit(caller, at), lambda: self.store.get(Customer, found.customer_id))
        if customer is None or customer.version != found.customer_version:
            raise ContactTokenInvalid
        if not decide(customer, found.question, self.policy, at).permitted:
            raise ContactTokenInvalid
        return found, customer

    def _entry(
        self, caller: Caller, token: ContactToken, action: str, at: datetime, justification: str | None = None
    ) -> AccessLogEntry:
        return AccessLogEntry(
            id=new_id("acc"),
            customer_id=token.customer_id,
            at=at,
            action=action,
            purpose=token.purpose,
            channel=token.channel,
            role=caller.role,
            client_id=caller.client_id,
            subject=caller.subject,
            evidence=token.evidence,
            justification=justification,
        )

    def _consume(
        self, token: ContactToken, customer: Customer, entry: AccessLogEntry, at: datetime, *writes: Write
    ) -> None:
        # The head is expected unchanged: a withdrawal that was answered before this commit kills the token here.
        try:
            self.store.commit(Replace(token, token.used(at)), Expect(customer), Insert(entry), *writes)
        except Conflict as conflict:
            if conflict.hit(ContactToken) or conflict.hit(Customer):
                raise ContactTokenInvalid from None
            raise

    def _open(self, customer: Customer) -> PhoneNumber:
        assert customer.number is not None
        key = self.store.get(WrappedKey, customer.id, customer.number.key_id)
        if key is None:
            # Purged between the commit and here.
            raise Contended
        return self.opener.open(customer.id, customer.number, key)
