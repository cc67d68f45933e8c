"""Sends what waited in the queue."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.errors import NotFound, Refused
from chalicelib.domain.policy import Policy
from chalicelib.domain.session import PURPOSE
from chalicelib.domain.sms_text import code_text
from chalicelib.domain.verification import Verification
from chalicelib.ports import Clock, CodeSecrets, PendingNumbers, Store
from chalicelib.services.changing import changed
from chalicelib.services.concurrently import together
from chalicelib.services.deliver_code import DeliverCode
from chalicelib.services.holding import Holding
from chalicelib.services.send_budgets import NOT_SENT, SAMPLE_CODE
from chalicelib.services.spending import Spending
from chalicelib.services.tag_holder import holder_or_former


@dataclass(frozen=True)
class DeliverQueued:
    """At most once, within the code's life, and only the newest send: an older one would bring the same code again.

    For the preference centre it does what a start does for a wallet, and only here is asked whose the number is: the
    page's answer was given before.
    """

    policy: Policy
    clock: Clock
    store: Store
    pending: PendingNumbers
    codes: CodeSecrets
    deliver: DeliverCode
    spending: Spending

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
            with Holding() as holding:
                delivery = self._sent(verification, holding).sends[len(verification.sends) - 1].delivery
        except Refused:
            return None
        if delivery in (*NOT_SENT, "queued"):
            holding.give_back()
        return delivery

    def _sent(self, verification: Verification, holding: Holding) -> Verification:
        at, rules, sealed = self.clock.now(), self.policy.rules.verification, verification.pending_number
        if sealed is None:
            raise NotFound
        # Asked of the rules before KMS is paid for; the commit asks again.
        verification.with_send_taken(at, rules, "queued")
        if verification.purpose == PURPOSE:
            self._admit(verification, holding, at)
        # Opened before the send is taken: whoever takes it must be able to make it.
        number, secret = together(
            lambda: self.pending.open(verification.id, sealed),
            lambda: self.codes.secret(*verification.code_subject(verification.context)),
        )
        taken = changed(self.store, verification, lambda it: it.with_send_taken(at, rules, "queued"))
        # It may be on its way, whatever fails from here on.
        holding.keep()
        return self.deliver(taken, number, secret)

    def _admit(self, verification: Verification, holding: Holding, at: datetime) -> None:
        if holder_or_former(self.store, verification.tags) is None:
            raise NotFound
        text = code_text(verification, SAMPLE_CODE, self.policy)
        holding.take(lambda: self.spending.reserve(verification.region, text, at), self.spending.give_back)()
