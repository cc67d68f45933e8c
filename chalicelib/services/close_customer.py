"""Ends the contract with a customer."""

from dataclasses import dataclass

from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.policy import Policy
from chalicelib.domain.writes import Remove
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import changed, existing
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
            keyed,
            lambda: self._close(existing(self.store, Customer, customer_id), keyed),
            lambda earlier: existing(self.store, Customer, earlier),
        )

    def _close(self, customer: Customer, keyed: KeyedRequest | None) -> Customer:
        at = self.clock.now()
        claim = self.idempotency.claim(keyed, customer.id, customer.id, at)
        if customer.status != "active":
            if claim:
                self.store.commit(*claim)
            return customer
        holder = self.store.get(TagHolder, customer.tag or "")
        release = [Remove(holder)] if holder is not None and holder.customer_id == customer.id else []
        retention = self.policy.rules.retention
        return changed(self.store, customer, lambda it: it.closed(at, retention), lambda _: (*release, *claim))
