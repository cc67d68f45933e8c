"""The strongroom: the only place where a customer's number is opened."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import CLAIM_LIFETIME, KeyedRequest
from chalicelib.domain.contact import AccessLogEntry, ContactToken, Message, decide, token_digest
from chalicelib.domain.customer import Customer, WrappedKey
from chalicelib.domain.errors import ContactTokenInvalid, Contended, NotFound, NotReplayable, Unavailable
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.policy import Policy
from chalicelib.domain.sms_text import contact_text
from chalicelib.domain.verification import Verification, context_digest
from chalicelib.ports import (
    Clock,
    CodeSecrets,
    Conflict,
    Expect,
    Insert,
    NumberOpener,
    Replace,
    SmsSender,
    Store,
    TokenVerifier,
    Write,
)
from chalicelib.services.concurrently import together
from chalicelib.services.deliver_code import DeliverCode
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.own_verification import OwnVerification
from chalicelib.services.throttle import Throttle


@dataclass(frozen=True)
class StrongroomService:
    """Three doors: a code, a message, a reveal. Each proves the caller again and writes before it opens."""

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

    def send_code(self, authorization: str, verification_id: str) -> str:
        """The intended send of this verification has been made once, and this is its outcome.

        Raises:
            NotAuthenticated, NotPermitted, NotFound: not the caller's verification, or it has no customer.
            CustomerRestricted, CustomerPurged: there is nobody to send to.
            Contended: the send is not intended any more; somebody else took it.
        """
        caller = self.tokens.verify(authorization)
        caller.require("wallet")
        verification = self.own(caller, verification_id)
        if verification.customer_id is None or verification.pending_number is not None:
            raise NotFound
        taken, customer, secret = together(
            lambda: self._take(verification),
            lambda: self._active(verification.customer_id or ""),
            lambda: self.codes.secret(
                verification.id, verification.tag, verification.purpose, context_digest(verification.context)
            ),
        )
        if customer.tag != verification.tag:
            raise NotFound
        return self.deliver(taken, self._open(customer), secret).sends[-1].delivery

    def send_message(
        self, authorization: str, token: str, template: str, parameters: Mapping[str, str], keyed: KeyedRequest | None
    ) -> Message:
        """The message was sent at most once, the token is used and the access is logged.

        Raises:
            NotAuthenticated, NotPermitted: not a caller for this.
            ContactTokenInvalid, Throttled, FieldInvalid: nothing was opened.
            IdempotencyKeyReused: the key was used with another body.
        """
        caller = self.tokens.verify(authorization)
        caller.require("staff", "wallet")
        return self.idempotency.once(
            keyed, lambda: self._send_message(caller, token, template, parameters, keyed), self._message
        )

    def reveal(self, authorization: str, token: str, justification: str, keyed: KeyedRequest | None) -> PhoneNumber:
        """The number in clear; the token is used and the access is logged with its justification.

        Raises:
            NotAuthenticated, NotPermitted: not a caller for this.
            ContactTokenInvalid, Throttled: nothing was opened.
            NotReplayable: the key was used before.
        """
        caller = self.tokens.verify(authorization)
        caller.require("staff")
        return self.idempotency.once(
            keyed, lambda: self._reveal(caller, token, justification, keyed), self._refuse_replay
        )

    def _take(self, verification: Verification) -> Verification:
        # One SMS for one intent, whoever invokes this function and however often.
        number = len(verification.sends)
        if verification.sends[-1].delivery != "intended":
            raise Contended
        write = Replace(verification, verification.with_delivery(number, "opening"))
        self.store.commit(write)
        return write.after

    def _send_message(
        self,
        caller: Caller,
        token: str,
        template: str,
        parameters: Mapping[str, str],
        keyed: KeyedRequest | None,
    ) -> Message:
        at = self.clock.now()
        used, customer = self._admitted(caller, token, "sms", at)
        text = contact_text(self.policy, customer.locale, used.purpose, template, parameters)
        message = Message(
            id=new_id("msg"),
            customer_id=customer.id,
            purpose=used.purpose,
            template=template,
            sent_at=at,
            lapses_at=at + CLAIM_LIFETIME,
        )
        insert = Insert(message)
        claim = self.idempotency.claim(keyed, message.id, customer.id, at)
        entry = self._entry(caller, used, "message", at, reference=message.id)
        self._consume(used, customer, entry, at, insert, *claim)
        delivery = self.sender.send(self._open(customer), text)
        outcome = Replace(insert.record, replace(insert.record, delivery=delivery))
        # Without its outcome the intent reads as unknown, and nothing is sent again.
        with suppress(Unavailable):
            self.store.commit(outcome)
        return outcome.after

    def _message(self, message_id: str) -> Message:
        message = self.store.get(Message, message_id)
        if message is None:
            raise NotFound
        return message

    def _reveal(self, caller: Caller, token: str, justification: str, keyed: KeyedRequest | None) -> PhoneNumber:
        at = self.clock.now()
        used, customer = self._admitted(caller, token, "call", at)
        entry = self._entry(caller, used, "reveal", at, justification=justification)
        self._consume(used, customer, entry, at, *self.idempotency.claim(keyed, "reveal", customer.id, at))
        return self._open(customer)

    def _refuse_replay(self, _earlier: str) -> PhoneNumber:
        raise NotReplayable

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
        customer, _ = together(
            lambda: self.store.get(Customer, found.customer_id),
            lambda: self.throttle.admit("opening", f"{caller.client_id}|{caller.subject}", at),
        )
        if customer is None or customer.version != found.customer_version:
            raise ContactTokenInvalid
        if not decide(customer, found.question, self.policy).permitted:
            raise ContactTokenInvalid
        return found, customer

    def _entry(
        self,
        caller: Caller,
        token: ContactToken,
        action: str,
        at: datetime,
        *,
        reference: str | None = None,
        justification: str | None = None,
    ) -> AccessLogEntry:
        return AccessLogEntry(
            id=reference or new_id("acc"),
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

    def _active(self, customer_id: str) -> Customer:
        customer = self.store.get(Customer, customer_id)
        if customer is None:
            raise NotFound
        customer.require_active()
        return customer

    def _open(self, customer: Customer) -> PhoneNumber:
        assert customer.number is not None
        key = self.store.get(WrappedKey, customer.id, customer.number.key_id)
        if key is None:
            raise ContactTokenInvalid
        return self.opener.open(customer.id, customer.number, key)
