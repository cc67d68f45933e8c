"""Closes a customer's account."""

from dataclasses import dataclass

from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.closing import closed
from chalicelib.domain.customer import Customer
from chalicelib.domain.policy import Policy
from chalicelib.ports import Store
from chalicelib.services.changing import existing
from chalicelib.services.end_contract import EndContract
from chalicelib.services.idempotency import Idempotency


@dataclass(frozen=True)
class CloseCustomer:
    """From now on the number is stored and protected, and nothing else, until the purge takes it."""

    policy: Policy
    store: Store
    idempotency: Idempotency
    end_contract: EndContract

    def __call__(self, customer_id: str, keyed: KeyedRequest | None) -> Customer:
        """The customer is restricted, with the purge's date; the number is free to be proved by whoever has it.

        Raises:
            NotFound: there is no such customer.
            IdempotencyKeyReused: the key was used with another body.

        Source: PIPL 47; GDPR 5(1)(e), 17(1)(a).
        """
        return self.idempotency.once(
            keyed,
            lambda: self.end_contract(
                customer_id,
                lambda customer, at: (
                    closed(customer, at, self.policy.rules),
                    self.idempotency.claim(keyed, customer.id, customer.id, at),
                ),
            ),
            lambda earlier: existing(self.store, Customer, earlier),
        )
