"""Erases what is due of one customer."""

from dataclasses import dataclass

from chalicelib.domain.closing import ledger_erased
from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.policy import Policy
from chalicelib.domain.writes import Remove, Replace
from chalicelib.ports import Clock, Store
from chalicelib.services.erase_number import EraseNumber


@dataclass(frozen=True)
class PurgeCustomer:
    """First the number and everything that points to it; years later, the key of the ledger."""

    policy: Policy
    clock: Clock
    store: Store
    erase_number: EraseNumber

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
            self.erase_number(customer)
        return customer.due_reason

    def _erase_ledger_key(self, customer: Customer) -> None:
        key = self.store.get(WrappedKey, customer.id, LEDGER_KEY)
        erased = ledger_erased(customer, self.clock.now(), self.policy.rules)
        self.store.commit(Replace(customer, erased), *([Remove(key)] if key is not None else []))
