"""Keeps where a customer is by their own word."""

from dataclasses import dataclass, replace

from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer
from chalicelib.domain.quiet import require_time_zone
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import changed, existing
from chalicelib.services.idempotency import Idempotency


@dataclass(frozen=True)
class SetTimeZone:
    """Quiet hours go by it from now on."""

    clock: Clock
    store: Store
    idempotency: Idempotency

    def __call__(self, customer_id: str, time_zone: str | None, keyed: KeyedRequest | None) -> Customer:
        """The customer's own time zone is this one.

        Args:
            time_zone: an IANA name; None for where the number belongs.

        Raises:
            FieldInvalid: there is no such time zone.
            NotFound: there is no such customer.
            CustomerRestricted, CustomerPurged: nothing is noted of them any more.
            IdempotencyKeyReused: the key was used with another body.
        """
        if time_zone is not None:
            require_time_zone(time_zone)
        return self.idempotency.once(
            keyed,
            lambda: self._set(existing(self.store, Customer, customer_id), time_zone, keyed),
            lambda earlier: existing(self.store, Customer, earlier),
        )

    def _set(self, customer: Customer, time_zone: str | None, keyed: KeyedRequest | None) -> Customer:
        at = self.clock.now()

        def noted(it: Customer) -> Customer:
            it.require_open()
            return it if it.own_time_zone == time_zone else replace(it, own_time_zone=time_zone)

        return changed(self.store, customer, noted, lambda it: self.idempotency.claim(keyed, it.id, it.id, at))
