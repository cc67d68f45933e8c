"""Records a customer's word on a purpose."""

from dataclasses import dataclass

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.consent import ConsentChoice, ConsentEvent, GuardianProof, guardian_proof, said
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import NotFound
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.policy import Policy
from chalicelib.ports import Clock, Store
from chalicelib.services.append_event import AppendEvent
from chalicelib.services.changing import existing
from chalicelib.services.concurrently import together
from chalicelib.services.consent_history import ConsentHistory
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.own_verification import OwnVerification


@dataclass(frozen=True)
class RecordConsent:
    """What the customer, or a guardian for them, says of one purpose is part of the ledger."""

    policy: Policy
    clock: Clock
    store: Store
    own: OwnVerification
    idempotency: Idempotency
    append_event: AppendEvent
    history: ConsentHistory

    def __call__(
        self, caller: Caller, customer_id: str, choice: ConsentChoice, keyed: KeyedRequest | None
    ) -> ConsentEvent:
        """The choice is part of the chain, and every contact decision from now on knows it.

        Raises:
            NotFound: there is no such customer, purpose or guardian's verification.
            FieldInvalid, PurposeNotSwitchable, NoticeOutdated, NoticeMismatch, GuardianRequired, CustomerRestricted,
                CustomerPurged: it cannot be recorded.
            VerificationPurposeMismatch, VerificationSpent, VerificationCancelled, VerificationExpired,
                VerificationNotProved: the guardian's verification proves nothing here.
            Contended: others wrote to the same customer without pause.
            IdempotencyKeyReused: the key was used with another body.

        Source: PIPL 14, 15, 31; GDPR 7, 8; ISO/IEC TS 27560.
        """
        return self.idempotency.once(
            keyed,
            lambda: self._record(caller, customer_id, choice, keyed),
            lambda event_id: self._recorded(customer_id, event_id),
        )

    def _recorded(self, customer_id: str, event_id: str) -> ConsentEvent:
        for event in self.history(customer_id):
            if event.event_id == event_id:
                return event
        raise NotFound

    def _record(
        self, caller: Caller, customer_id: str, choice: ConsentChoice, keyed: KeyedRequest | None
    ) -> ConsentEvent:
        guardian = self._guardian(caller, customer_id, choice.guardian_verification_id)
        return self.append_event(
            customer_id,
            lambda customer, at: said(new_id("evt"), customer, choice, self.policy, caller, at, guardian),
            lambda event, at: self.idempotency.claim(keyed, event.event_id, customer_id, at),
        )

    def _guardian(self, caller: Caller, customer_id: str, verification_id: str | None) -> GuardianProof | None:
        if verification_id is None:
            return None
        verification, customer = together(
            lambda: self.own(caller, verification_id), lambda: existing(self.store, Customer, customer_id)
        )
        return guardian_proof(verification, customer, self.clock.now(), self.policy.rules.verification)
