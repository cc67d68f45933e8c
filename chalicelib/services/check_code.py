"""Checks a code."""

from dataclasses import dataclass

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.errors import CodeIncorrect, NotFound
from chalicelib.domain.one_time_code import codes_match, derive_code
from chalicelib.domain.policy import Policy
from chalicelib.domain.verification import TransactionContext, Verification, context_digest
from chalicelib.ports import Clock, CodeSecrets, Conflict, Replace, Store
from chalicelib.services.concurrently import together
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.own_verification import OwnVerification


@dataclass(frozen=True)
class CheckCode:
    """The attempt is reserved before the codes are compared, so that no number of parallel guesses gets one more."""

    policy: Policy
    clock: Clock
    store: Store
    own: OwnVerification
    idempotency: Idempotency
    codes: CodeSecrets

    def __call__(
        self,
        caller: Caller,
        verification_id: str,
        code: str,
        context: TransactionContext | None,
        keyed: KeyedRequest | None,
    ) -> Verification:
        """The number is proved by this very request.

        Args:
            code: what the person typed.
            context: for a transaction, what the code must belong to; the derivation uses what is presented here.

        Raises:
            NotFound: not the caller's verification.
            CodeIncorrect: wrong; the attempt is spent.
            VerificationLocked, VerificationExpired, VerificationSpent, VerificationCancelled: too late.
            IdempotencyKeyReused: the key was used with another body.

        Source: SP 800-63B-4 3.1.3.2; RTS 2018/389 art. 4(3)(b), 5; ASVS 5.0 6.5.1.
        """
        verification = self.own(caller, verification_id)
        (reserved, attempt), secret = together(
            lambda: self._reserve(verification, keyed),
            lambda: self.codes.secret(verification.id, verification.tag, verification.purpose, context_digest(context)),
        )
        if not codes_match(derive_code(secret), code):
            raise CodeIncorrect(max(0, self.policy.rules.verification.attempts - attempt))
        return self._prove(reserved, attempt)

    def _reserve(self, verification: Verification, keyed: KeyedRequest | None) -> tuple[Verification, int]:
        # A repeated request evaluates the attempt that it reserved the first time, and the same guess: nothing is
        # learnt twice and nothing is spent twice.
        return self.idempotency.once(
            keyed,
            lambda: self._reserve_next(verification, keyed),
            lambda earlier: self._reserved_before(earlier),
        )

    def _reserve_next(self, verification: Verification, keyed: KeyedRequest | None) -> tuple[Verification, int]:
        at = self.clock.now()
        while True:
            write = Replace(verification, verification.with_attempt(at, self.policy.rules.verification))
            claim = self.idempotency.claim(keyed, f"{verification.id}#{write.after.attempts}", verification.tag, at)
            try:
                self.store.commit(write, *claim)
                return write.after, write.after.attempts
            except Conflict as conflict:
                current = conflict.current(Verification)
                if current is None:
                    raise
                verification = current

    def _reserved_before(self, earlier: str) -> tuple[Verification, int]:
        verification_id, attempt = earlier.split("#")
        verification = self.store.get(Verification, verification_id)
        if verification is None:
            raise NotFound
        return verification, int(attempt)

    def _prove(self, verification: Verification, attempt: int) -> Verification:
        at = self.clock.now()
        while verification.proved_by != attempt:
            write = Replace(verification, verification.proved(attempt, at, self.policy.rules.retention))
            try:
                self.store.commit(write)
                return write.after
            except Conflict as conflict:
                current = conflict.current(Verification)
                if current is None:
                    raise
                verification = current
        return verification
