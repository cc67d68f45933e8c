"""Keeps what is said of a customer in the head."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer
from chalicelib.domain.policy import Policy
from chalicelib.domain.schedule import dated
from chalicelib.domain.writes import Write
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import changed, existing
from chalicelib.services.idempotency import Idempotency

Rule = Callable[[Customer, datetime], Customer]
Also = Callable[[Customer], Iterable[Write]]


@dataclass(frozen=True)
class NoteFact:
    """Once for one key, whoever else changes the head, and only while the contract runs."""

    policy: Policy
    clock: Clock
    store: Store
    idempotency: Idempotency

    def __call__(self, customer_id: str, keyed: KeyedRequest | None, rule: Rule, also: Also = lambda _: ()) -> Customer:
        """The head is as the rule makes it, and dated; what it leaves equal costs no write.

        Args:
            rule, also: as `changed` takes them; the rule is given the instant, too.

        Raises:
            NotFound: there is no such customer.
            CustomerRestricted, CustomerPurged: nothing is noted of them any more.
            IdempotencyKeyReused: the key was used with another body.
        """
        return self.idempotency.once(
            keyed,
            lambda: self._note(customer_id, keyed, rule, also),
            lambda earlier: existing(self.store, Customer, earlier),
        )

    def _note(self, customer_id: str, keyed: KeyedRequest | None, rule: Rule, also: Also) -> Customer:
        customer, at = existing(self.store, Customer, customer_id), self.clock.now()

        def noted(it: Customer) -> Customer:
            it.require_open()
            after = dated(rule(it, at), self.policy.rules)
            return it if after == it else after

        def others(it: Customer) -> Iterable[Write]:
            return (*self.idempotency.claim(keyed, it.id, it.id, at), *also(it))

        return changed(self.store, customer, noted, others)
