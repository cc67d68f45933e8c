"""Takes a verification back."""

from dataclasses import dataclass

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.policy import Policy
from chalicelib.domain.verification import Verification
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import changed
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.own_record import OwnRecord


@dataclass(frozen=True)
class CancelVerification:
    """Its code is worth nothing from now on, and its pending number is erased."""

    policy: Policy
    clock: Clock
    store: Store
    own: OwnRecord
    idempotency: Idempotency

    def __call__(self, caller: Caller, verification_id: str, keyed: KeyedRequest | None) -> None:
        """The verification is cancelled; doing it again changes nothing.

        Raises:
            NotFound: not the caller's verification.
            VerificationSpent: it has been used.
            IdempotencyKeyReused: the key was used for another verification.
        """
        self.idempotency.once(
            keyed, lambda: self._cancel(self.own(caller, Verification, verification_id), keyed), lambda _: None
        )

    def _cancel(self, verification: Verification, keyed: KeyedRequest | None) -> None:
        at = self.clock.now()
        claim = self.idempotency.claim(keyed, verification.id, verification.tag, at)
        changed(self.store, verification, lambda it: it.cancelled(at, self.policy.rules.retention), lambda _: claim)
