"""Sends the same code again."""

from dataclasses import dataclass
from functools import partial

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.policy import Policy
from chalicelib.domain.sms_text import code_text
from chalicelib.domain.verification import Verification
from chalicelib.ports import Clock, CodeSecrets, PendingNumbers, Store, Strongroom
from chalicelib.services.accounting import Accounting
from chalicelib.services.changing import changed
from chalicelib.services.concurrently import together, together_by_name
from chalicelib.services.deliver_code import DeliverCode
from chalicelib.services.holding import Holding
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.intended_send import Started, send_known, started_before
from chalicelib.services.own_record import OwnRecord
from chalicelib.services.send_budgets import SAMPLE_CODE, SendBudgets, settled


@dataclass(frozen=True)
class ResendCode:
    """A resend is a new SMS with the old code and the old end of its life."""

    policy: Policy
    clock: Clock
    store: Store
    own: OwnRecord
    idempotency: Idempotency
    pending: PendingNumbers
    codes: CodeSecrets
    deliver: DeliverCode
    strongroom: Strongroom
    budgets: SendBudgets
    accounting: Accounting

    def __call__(
        self, caller: Caller, authorization: str, verification_id: str, keyed: KeyedRequest | None
    ) -> Verification:
        """One more SMS was tried, once.

        Raises:
            NotFound: not the caller's verification.
            ResendTooSoon, SendsExhausted: the policy's schedule.
            VerificationSpent, VerificationCancelled, VerificationExpired, VerificationLocked: nothing to send for.
            Throttled, SpendLimitReached: a budget of sends is used up.
            CustomerRestricted, CustomerPurged, Contended: the strongroom does not open the number.
            IdempotencyKeyReused: the key was used with another body.

        Source: decision 0003.
        """
        intended = self.idempotency.once(
            keyed,
            lambda: self._intend(caller, authorization, verification_id, keyed),
            lambda earlier: started_before(self.own(caller, Verification, earlier), self.strongroom, authorization),
        )
        return intended.send() if intended.send else intended.verification

    def _intend(self, caller: Caller, authorization: str, verification_id: str, keyed: KeyedRequest | None) -> Started:
        at = self.clock.now()
        rules = self.policy.rules.verification
        verification, accounts = together(
            lambda: self.own(caller, Verification, verification_id), lambda: self.accounting.of(verification_id, at)
        )
        claim = self.idempotency.claim(keyed, verification.id, verification.tag, at)

        def intend() -> Verification:
            return changed(self.store, verification, lambda it: it.with_send(at, rules), lambda _: claim)

        sealed = verification.pending_number
        if sealed is None:
            known = intend()
            return Started(known, partial(send_known, self.strongroom, authorization, known))
        # Asked of the rules before anything is paid for; the commit asks again.
        verification.with_send(at, rules)
        text = code_text(verification, SAMPLE_CODE, self.policy)
        with Holding() as holding:
            found = together_by_name(
                {
                    **self.budgets.of_next_send(holding, accounts, verification, at),
                    **self.budgets.of_money(holding, verification.region, text, at),
                    "number": lambda: self.pending.open(verification.id, sealed),
                    "secret": lambda: self.codes.secret(*verification.code_subject(verification.context)),
                }
            )
            self.budgets.require_room(found, verification.region, at)
            intended = intend()
        send = partial(self.deliver, intended, found["number"], found["secret"])
        return Started(intended, partial(settled, intended, send, holding))
