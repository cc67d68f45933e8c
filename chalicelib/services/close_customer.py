"""Ends the contract with a customer."""

from dataclasses import dataclass

from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.closing import closed
from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.number_steps import Turn
from chalicelib.domain.policy import Policy
from chalicelib.domain.schedule import ACCOUNT_CLOSED
from chalicelib.domain.writes import Conflict
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import existing
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.move_numbers import MoveNumbers


@dataclass(frozen=True)
class CloseCustomer:
    """From now on the number is stored and protected, and nothing else, until the purge takes it."""

    policy: Policy
    clock: Clock
    store: Store
    idempotency: Idempotency
    move_numbers: MoveNumbers

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
            try:
                (head,) = self.move_numbers([Turn(customer, after)], at, *claim)
                return head
            except Conflict as conflict:
                if not (conflict.hit(Customer) or conflict.hit(TagHolder)):
                    raise
                customer = existing(self.store, Customer, customer.id)
