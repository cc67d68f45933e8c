"""Takes down what a customer asks for by right, and does at once what needs no person."""

from dataclasses import dataclass

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer
from chalicelib.domain.policy import Policy
from chalicelib.domain.rights import RightsRequest, received
from chalicelib.domain.writes import Insert
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import existing
from chalicelib.services.grant_right import GrantRight
from chalicelib.services.idempotency import Idempotency


@dataclass(frozen=True)
class ReceiveRightsRequest:
    """First it is written down, with its date: whatever fails after that, the clock still knows of it."""

    policy: Policy
    clock: Clock
    store: Store
    idempotency: Idempotency
    grant_right: GrantRight

    def __call__(
        self, caller: Caller, customer_id: str, kind: str, details: str | None, keyed: KeyedRequest | None
    ) -> RightsRequest:
        """The request stands, answered if it answers itself. A repeat goes on where the first one stopped.

        Args:
            kind: one of `rights.KINDS`.
            details: what the customer wrote; a person reads it.

        Raises:
            NotFound: there is no such customer.
            FieldInvalid: the details hold a number.
            IdempotencyKeyReused: the key was used with another body.
            Contended, Unavailable: the request may stand, and is open then.

        Source: PIPL 44-50; GDPR 12, 15-18, 20-22.
        """
        request = self.idempotency.once(
            keyed,
            lambda: self._receive(caller, customer_id, kind, details, keyed),
            lambda earlier: existing(self.store, RightsRequest, earlier),
        )
        return self.grant_right(caller, request) if request.is_open and request.answers_itself else request

    def _receive(
        self, caller: Caller, customer_id: str, kind: str, details: str | None, keyed: KeyedRequest | None
    ) -> RightsRequest:
        customer, at = existing(self.store, Customer, customer_id), self.clock.now()
        write = Insert(received(customer, kind, details, caller, at, self.policy.rules))
        # The claim is the request's own: an erasure takes the customer's, and the repeat would be another request.
        self.store.commit(write, *self.idempotency.claim(keyed, write.record.id, write.record.id, at))
        return write.record
