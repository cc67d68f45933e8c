"""Ends the contract with a customer."""

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.closing import closed
from chalicelib.domain.customer import Customer, TagHolder, WrappedKey
from chalicelib.domain.policy import Policy
from chalicelib.domain.schedule import ACCOUNT_CLOSED
from chalicelib.domain.writes import Conflict, Remove, Replace, Write
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import existing
from chalicelib.services.idempotency import Idempotency


@dataclass(frozen=True)
class CloseCustomer:
    """From now on the number is stored and protected, and nothing else, until the purge takes it."""

    policy: Policy
    clock: Clock
    store: Store
    idempotency: Idempotency

    def __call__(self, customer_id: str, keyed: KeyedRequest | None, reason: str = ACCOUNT_CLOSED) -> Customer:
        """The customer is restricted, with the purge's date; the number is free to be proved by whoever has it.

        Args:
            reason: why the contract ended, as `schedule` names it.

        Raises:
            NotFound: there is no such customer.
            IdempotencyKeyReused: the key was used with another body.

        Source: PIPL 47; GDPR 5(1)(e), 17(1)(a).
        """
        return self.idempotency.once(
            keyed,
            lambda: self._close(existing(self.store, Customer, customer_id), keyed, reason),
            lambda earlier: existing(self.store, Customer, earlier),
        )

    def _close(self, customer: Customer, keyed: KeyedRequest | None, reason: str) -> Customer:
        while True:
            at = self.clock.now()
            claim = self.idempotency.claim(keyed, customer.id, customer.id, at)
            after = closed(customer, at, self.policy.rules, reason)
            if after is customer:
                if claim:
                    self.store.commit(*claim)
                return customer
            write = Replace(customer, after)
            try:
                self.store.commit(write, *self._released(customer, after), *claim)
                return write.after
            except Conflict as conflict:
                if not (conflict.hit(Customer) or conflict.hit(TagHolder)):
                    raise
                customer = existing(self.store, Customer, customer.id)

    def _released(self, customer: Customer, after: Customer) -> Iterator[Write]:
        """Every number that they held is free; of a change that was not over, the other one is erased."""
        if not customer.is_open:
            return
        for number in customer.numbers:
            holder = self.store.get(TagHolder, number.tag)
            if holder is not None and holder.customer_id == customer.id:
                yield Remove(holder)
            if number.number.key_id not in after.key_ids:
                key = self.store.get(WrappedKey, customer.id, number.number.key_id)
                if key is not None:
                    yield Remove(key)
