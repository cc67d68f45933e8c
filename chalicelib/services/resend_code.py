"""Sends the same code again."""

from dataclasses import dataclass

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.policy import Policy
from chalicelib.domain.verification import Verification, context_digest
from chalicelib.ports import Clock, CodeSecrets, Conflict, PendingNumbers, Replace, Store, Strongroom
from chalicelib.services.concurrently import together
from chalicelib.services.deliver_code import DeliverCode
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.own_verification import OwnVerification


@dataclass(frozen=True)
class ResendCode:
    """A resend is a new SMS with the old code and the old end of its life."""

    policy: Policy
    clock: Clock
    store: Store
    own: OwnVerification
    idempotency: Idempotency
    pending: PendingNumbers
    codes: CodeSecrets
    deliver: DeliverCode
    strongroom: Strongroom

    def __call__(
        self, caller: Caller, authorization: str, verification_id: str, keyed: KeyedRequest | None
    ) -> Verification:
        """One more SMS was tried, once.

        Raises:
            NotFound: not the caller's verification.
            ResendTooSoon, SendsExhausted: the policy's schedule.
            VerificationSpent, VerificationCancelled, VerificationExpired, VerificationLocked: nothing to send for.
            IdempotencyKeyReused: the key was used with another body.

        Source: decision 0003.
        """
        return self.idempotency.once(
            keyed,
            lambda: self._resend(authorization, self.own(caller, verification_id), keyed),
            lambda earlier: self.own(caller, earlier),
        )

    def _resend(self, authorization: str, verification: Verification, keyed: KeyedRequest | None) -> Verification:
        verification.with_send(self.clock.now(), self.policy.rules.verification)
        sealed = verification.pending_number
        if sealed is None:
            intended = self._intend(verification, keyed)
            delivery = self.strongroom.send_code(authorization, intended.id)
            return intended.with_delivery(len(intended.sends), delivery)
        intended, number, secret = together(
            lambda: self._intend(verification, keyed),
            lambda: self.pending.open(verification.id, sealed),
            lambda: self.codes.secret(
                verification.id, verification.tag, verification.purpose, context_digest(verification.context)
            ),
        )
        return self.deliver(intended, number, secret)

    def _intend(self, verification: Verification, keyed: KeyedRequest | None) -> Verification:
        at = self.clock.now()
        claim = self.idempotency.claim(keyed, verification.id, verification.tag, at)
        while True:
            write = Replace(verification, verification.with_send(at, self.policy.rules.verification))
            try:
                self.store.commit(write, *claim)
                return write.after
            except Conflict as conflict:
                current = conflict.current(Verification)
                if current is None:
                    raise
                verification = current
