"""Ends the contract with a customer."""

from dataclasses import dataclass

from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.errors import NotFound
from chalicelib.domain.policy import Policy
from chalicelib.ports import Clock, Conflict, Remove, Replace, Store
from chalicelib.services.idempotency import Idempotency


@dataclass(frozen=True)
class CloseCustomer:
    """From now on the number is stored and protected, and nothing else, until the purge takes it."""

    policy: Policy
    clock: Clock
    store: Store
    idempotency: Idempotency

    def __call__(self, customer_id: str, keyed: KeyedRequest | None) -> Customer:
        """The customer is restricted, with the purge's date; the number is free to be proved by whoever has it.

        Raises:
            NotFound: there is no such customer.
            IdempotencyKeyReused: the key was used with another body.

        Source: PIPL 47; GDPR 5(1)(e), 17(1)(a).
        """
        return self.idempotency.once(
            keyed, lambda: self._close(self._current(customer_id), keyed), lambda _: self._current(customer_id)
        )

    def _current(self, customer_id: str) -> Customer:
        customer = self.store.get(Customer, customer_id)
        if customer is None:
            raise NotFound
        return customer

    def _close(self, customer: Customer, keyed: KeyedRequest | None) -> Customer:
        at = self.clock.now()
        while customer.status == "active" and customer.tag is not None:
            write = Replace(customer, customer.closed(at, self.policy.rules.retention))
            holder = self.store.get(TagHolder, customer.tag)
            try:
                self.store.commit(
                    write,
                    *([Remove(holder)] if holder and holder.customer_id == customer.id else []),
                    *self.idempotency.claim(keyed, customer.id, customer.id, at),
                )
                return write.after
            except Conflict as conflict:
                current = conflict.current(Customer)
                if current is None:
                    raise
                customer = current
        return customer
