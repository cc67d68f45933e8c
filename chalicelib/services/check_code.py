"""Checks a code."""

from dataclasses import dataclass

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.errors import CodeIncorrect, FieldInvalid
from chalicelib.domain.one_time_code import codes_match, derive_code
from chalicelib.domain.policy import Policy
from chalicelib.domain.verification import TransactionContext, Verification
from chalicelib.ports import Clock, CodeSecrets, Store
from chalicelib.services.changing import changed, existing
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
            FieldInvalid: a context where there is none, or none where there is one; no attempt is spent.
            CodeIncorrect: wrong; the attempt is spent.
            VerificationLocked, VerificationExpired, VerificationSpent, VerificationCancelled: too late.
            IdempotencyKeyReused: the key was used with another body.

        Source: SP 800-63B-4 3.1.3.2; RTS 2018/389 art. 4(3)(b), 5; ASVS 5.0 6.5.1.
        """
        verification = self.own(caller, verification_id)
        if (context is None) != (verification.context is None):
            raise FieldInvalid("/context", "must be there exactly if the verification was started with one")
        (reserved, attempt), secret = together(
            lambda: self._reserve(verification, keyed),
            lambda: self.codes.secret(*verification.code_subject(context)),
        )
        if not codes_match(derive_code(secret), code):
            raise CodeIncorrect(max(0, self.policy.rules.verification.attempts - attempt))
        at = self.clock.now()
        return changed(self.store, reserved, lambda it: it.proved(attempt, at, self.policy.rules.retention))

    def _reserve(self, verification: Verification, keyed: KeyedRequest | None) -> tuple[Verification, int]:
        # A repeated request evaluates the attempt that it reserved the first time, and the same guess: nothing is
        # learnt twice and nothing is spent twice.
        return self.idempotency.once(
            keyed,
            lambda: self._reserve_next(verification, keyed),
            self._reserved_before,
        )

    def _reserve_next(self, verification: Verification, keyed: KeyedRequest | None) -> tuple[Verification, int]:
        at = self.clock.now()
        reserved = changed(
            self.store,
            verification,
            lambda it: it.with_attempt(at, self.policy.rules.verification),
            lambda it: self.idempotency.claim(keyed, f"{it.id}#{it.attempts}", it.tag, at),
        )
        return reserved, reserved.attempts

    def _reserved_before(self, earlier: str) -> tuple[Verification, int]:
        verification_id, attempt = earlier.split("#")
        return existing(self.store, Verification, verification_id), int(attempt)
