"""Erases what is due of one customer."""

from dataclasses import dataclass

from chalicelib.domain.claim import Claim
from chalicelib.domain.customer import LEDGER_KEY, Customer, TagHolder, WrappedKey
from chalicelib.domain.policy import Policy
from chalicelib.domain.throttle import ThrottleLog
from chalicelib.domain.verification import Verification
from chalicelib.ports import Clock, Remove, Replace, Store
from chalicelib.services.concurrently import together
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
        tag = customer.tag
        holder, keys = together(
            lambda: self.store.get(TagHolder, tag), lambda: self.store.history(WrappedKey, customer.id)
        )
        # Whoever proved the same number since keeps what is theirs.
        shared = holder is not None and holder.customer_id != customer.id
        for verification in self.store.owned(Verification, tag):
            if not shared or verification.customer_id == customer.id:
                self.store.commit(Remove(verification))
        for owner in (customer.id,) if shared else (customer.id, tag):
            for claim in self.store.owned(Claim, owner):
                self.store.commit(Remove(claim))
        if not shared:
            self._erase_counters(tag)
        self.store.commit(
            Replace(customer, customer.purged(self.clock.now(), self.policy.rules.retention)),
            *(Remove(key) for key in keys if key.key_id != LEDGER_KEY),
            *([Remove(holder)] if holder is not None and not shared else []),
        )

    def _erase_counters(self, tag: str) -> None:
        for key in self.throttle.keys("number", tag, self.clock.now()):
            log = self.store.get(ThrottleLog, key)
            if log is not None:
                self.store.commit(Remove(log))

    def _erase_ledger_key(self, customer: Customer) -> None:
        key = self.store.get(WrappedKey, customer.id, LEDGER_KEY)
        self.store.commit(
            Replace(customer, customer.ledger_sealed_forever()), *([Remove(key)] if key is not None else [])
        )
