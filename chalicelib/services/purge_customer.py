"""Erases what is due of one customer."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.claim import CLAIM_LIFETIME, Claim
from chalicelib.domain.closing import ledger_erased, purged
from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.policy import Policy
from chalicelib.domain.throttle import ThrottleLog
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Remove, Replace
from chalicelib.ports import Clock, Store
from chalicelib.services.throttle import Throttle


@dataclass(frozen=True)
class PurgeCustomer:
    """First the number and everything that points to it; years later, the key of the ledger.

    The customer stays due until the last commit, so that a purge that dies anywhere is simply done again.
    """

    policy: Policy
    clock: Clock
    store: Store
    throttle: Throttle

    def __call__(self, customer: Customer) -> str:
        """What was due is erased; returns the reason it was due for.

        Raises:
            Conflict: the customer changed meanwhile; nothing of its head was touched.
            Unavailable: the store did not answer; the customer is still due.

        Source: PIPL 47; GDPR 17; decision 0004.
        """
        assert customer.due_reason is not None
        if customer.status == "purged":
            self._erase_ledger_key(customer)
        else:
            self._erase_number(customer)
        return customer.due_reason

    def _erase_number(self, customer: Customer) -> None:
        assert customer.tag is not None
        assert customer.closed_at is not None
        # The key first: whatever stops the rest, the number cannot be opened any more.
        for key in self.store.history(WrappedKey, customer.id):
            if key.key_id != LEDGER_KEY:
                self.store.commit(Remove(key))
        self._erase_traces(customer.id, customer.tag, customer.closed_at)
        self.store.commit(Replace(customer, purged(customer, self.clock.now(), self.policy.rules)))

    def _erase_traces(self, customer_id: str, tag: str, until: datetime) -> None:
        # The number may have a new owner by now. What came up under its tag after the closing is theirs.
        for verification in self.store.owned(Verification, tag):
            if verification.started_at <= until or verification.customer_id == customer_id:
                self.store.commit(Remove(verification))
        for claim in (*self.store.owned(Claim, tag), *self.store.owned(Claim, customer_id)):
            if claim.lapses_at - CLAIM_LIFETIME <= until or claim.owner == customer_id:
                self.store.commit(Remove(claim))
        counted = ("number", "page_number", "wrong_codes_for_number", "answers")
        logs = [key for name in counted for key in self.throttle.keys(name, tag, until)]
        for key in logs:
            log = self.store.get(ThrottleLog, key, even_lapsed=True)
            if log is not None and max(log.admitted) <= until:
                self.store.commit(Remove(log))

    def _erase_ledger_key(self, customer: Customer) -> None:
        key = self.store.get(WrappedKey, customer.id, LEDGER_KEY)
        erased = ledger_erased(customer, self.clock.now(), self.policy.rules)
        self.store.commit(Replace(customer, erased), *([Remove(key)] if key is not None else []))
