"""Notes a customer's sign of life."""

from dataclasses import dataclass

from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer
from chalicelib.domain.freshness import seen
from chalicelib.domain.policy import Policy
from chalicelib.domain.schedule import dated
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import changed, existing
from chalicelib.services.idempotency import Idempotency


@dataclass(frozen=True)
class NoteActivity:
    """Only the wallet knows that somebody still uses it; an account that nobody uses ends when the policy says so."""

    policy: Policy
    clock: Clock
    store: Store
    idempotency: Idempotency

    def __call__(self, customer_id: str, keyed: KeyedRequest | None) -> Customer:
        """The customer was there today. Of more than one sign in a day the first is written.

        Raises:
            NotFound: there is no such customer.
            CustomerRestricted, CustomerPurged: nothing is noted of them any more.
            IdempotencyKeyReused: the key was used with another body.

        Source: PIPL 19, 47.
        """
        return self.idempotency.once(
            keyed,
            lambda: self._note(existing(self.store, Customer, customer_id), keyed),
            lambda earlier: existing(self.store, Customer, earlier),
        )

    def _note(self, customer: Customer, keyed: KeyedRequest | None) -> Customer:
        at = self.clock.now()

        def noted(it: Customer) -> Customer:
            it.require_open()
            after = seen(it, at)
            return it if after is it else dated(after, self.policy.rules)

        return changed(self.store, customer, noted, lambda it: self.idempotency.claim(keyed, it.id, it.id, at))
