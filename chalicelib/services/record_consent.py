"""Records a customer's word on a purpose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.consent import ConsentChoice, ConsentEvent, guardian_proof, said, withdrawn
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import NotFound
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.policy import Policy
from chalicelib.domain.suppression import advertised, lifts
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Expect, Write
from chalicelib.services.append_events import AppendEvents
from chalicelib.services.consent_history import ConsentHistory
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.lift_suppression import LiftSuppression
from chalicelib.services.own_record import OwnRecord


@dataclass(frozen=True)
class RecordConsent:
    """What the customer, or a guardian for them, says of one purpose is part of the ledger."""

    policy: Policy
    own: OwnRecord
    idempotency: Idempotency
    append_events: AppendEvents
    history: ConsentHistory
    lift_suppression: LiftSuppression

    def __call__(
        self, caller: Caller, customer_id: str, choice: ConsentChoice, keyed: KeyedRequest | None
    ) -> ConsentEvent:
        """The choice is part of the chain, and every contact decision from now on knows it.

        Raises:
            NotFound: there is no such customer, purpose or guardian's verification.
            NotPermitted: only the wallet brings a guardian's word, and an officer brings no yes.
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
        verification = self._guardian_s(caller, choice.guardian_verification_id)

        def say(customer: Customer, at: datetime) -> tuple[ConsentEvent, ...]:
            rules = self.policy.rules.verification
            proof = guardian_proof(verification, customer, choice, at, rules) if verification else None
            event = said(new_id("evt"), customer, choice, self.policy, caller, at, proof)
            return event, *self._freed_from(caller, customer, choice, at)

        def change(customer: Customer, events: Sequence[ConsentEvent], at: datetime) -> tuple[Customer, list[Write]]:
            claim = self.idempotency.claim(keyed, events[0].event_id, customer_id, at)
            head, freed = customer, list[Write]()
            if lifts(caller, choice, customer, self.policy):
                head, freed = self.lift_suppression(customer, at)
            # A proof that is cancelled in this moment proves nothing.
            return head, [*([Expect(verification)] if verification else []), *claim, *freed]

        return self.append_events(customer_id, say, change)[0]

    def _freed_from(
        self, caller: Caller, customer: Customer, choice: ConsentChoice, at: datetime
    ) -> list[ConsentEvent]:
        # A yes to one purpose must not set free what the wallet brought for another: that may be older than the no.
        if not lifts(caller, choice, customer, self.policy):
            return []
        others = [each for each in advertised(customer, self.policy, at) if each != choice.purpose]
        return [withdrawn(new_id("evt"), customer, it, self.policy, at, choice.surface, choice.method) for it in others]

    def _guardian_s(self, caller: Caller, verification_id: str | None) -> Verification | None:
        if verification_id is None:
            return None
        # The customer's own token must not speak for a guardian.
        return self.own(caller.acting_as("wallet"), Verification, verification_id)
