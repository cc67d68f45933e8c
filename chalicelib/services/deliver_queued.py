"""Sends what waited in the queue."""

from dataclasses import dataclass

from chalicelib.domain.errors import NotFound, Refused
from chalicelib.domain.policy import Policy
from chalicelib.domain.verification import Verification
from chalicelib.ports import Clock, CodeSecrets, PendingNumbers, Store
from chalicelib.services.changing import changed
from chalicelib.services.concurrently import together
from chalicelib.services.deliver_code import DeliverCode


@dataclass(frozen=True)
class DeliverQueued:
    """At most once, within the code's life, and only the newest send: an older one would bring the same code again."""

    policy: Policy
    clock: Clock
    store: Store
    pending: PendingNumbers
    codes: CodeSecrets
    deliver: DeliverCode

    def __call__(self, verification_id: str) -> str | None:
        """The send that waited was tried once, or had nothing to be sent for any more.

        Returns:
            what became of it; None if nothing waits.

        Raises:
            Unavailable: nothing was sent, and it still waits.
            Contended: another worker has it.
        """
        verification = self.store.get(Verification, verification_id)
        if verification is None or verification.sends[-1].delivery != "queued":
            return None
        try:
            return self._sent(verification).sends[len(verification.sends) - 1].delivery
        except Refused:
            return None

    def _sent(self, verification: Verification) -> Verification:
        at, rules, sealed = self.clock.now(), self.policy.rules.verification, verification.pending_number
        if sealed is None:
            raise NotFound
        # Asked of the rules before KMS is paid for; the commit asks again.
        verification.with_send_taken(at, rules, "queued")
        # Opened before the send is taken: whoever takes it must be able to make it.
        number, secret = together(
            lambda: self.pending.open(verification.id, sealed),
            lambda: self.codes.secret(*verification.code_subject(verification.context)),
        )
        taken = changed(self.store, verification, lambda it: it.with_send_taken(at, rules, "queued"))
        return self.deliver(taken, number, secret)
