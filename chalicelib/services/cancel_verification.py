"""Takes a verification back."""

from dataclasses import dataclass

from chalicelib.domain.caller import Caller
from chalicelib.domain.policy import Policy
from chalicelib.domain.verification import Verification
from chalicelib.ports import Clock, Conflict, Replace, Store
from chalicelib.services.own_verification import OwnVerification


@dataclass(frozen=True)
class CancelVerification:
    """Its code is worth nothing from now on, and its pending number is erased."""

    policy: Policy
    clock: Clock
    store: Store
    own: OwnVerification

    def __call__(self, caller: Caller, verification_id: str) -> None:
        """The verification is cancelled; doing it again changes nothing, so no key is needed to repeat it.

        Raises:
            NotFound: not the caller's verification.
            VerificationSpent: it has been used.
        """
        verification: Verification | None = self.own(caller, verification_id)
        at = self.clock.now()
        while verification is not None and verification.status != "cancelled":
            try:
                self.store.commit(Replace(verification, verification.cancelled(at, self.policy.rules.retention)))
                return
            except Conflict as conflict:
                verification = conflict.current(Verification)
