"""Keeps where a customer is by their own word."""

from dataclasses import dataclass, replace

from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer
from chalicelib.domain.quiet import require_time_zone
from chalicelib.services.note_fact import NoteFact


@dataclass(frozen=True)
class SetTimeZone:
    """Quiet hours go by it from now on."""

    note_fact: NoteFact

    def __call__(self, customer_id: str, time_zone: str | None, keyed: KeyedRequest | None) -> Customer:
        """The customer's own time zone is this one.

        Args:
            time_zone: an IANA name; None for where the number belongs.

        Raises:
            FieldInvalid: there is no such time zone.
            NotFound, CustomerRestricted, CustomerPurged, IdempotencyKeyReused: as `NoteFact` says.
        """
        if time_zone is not None:
            require_time_zone(time_zone)
        return self.note_fact(customer_id, keyed, lambda it, _: replace(it, own_time_zone=time_zone))
