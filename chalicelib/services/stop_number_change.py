"""Brings a change of number to nothing."""

from dataclasses import dataclass

from chalicelib.domain.claim import Claim, KeyedRequest
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import Contended, NotFound
from chalicelib.domain.number_steps import Step, stopped
from chalicelib.domain.writes import Conflict
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import existing
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.move_numbers import MOST_ROUNDS, MoveNumbers


@dataclass(frozen=True)
class StopNumberChange:
    """Until its hold ends a change can be undone: by its customer, and by whoever has the old number."""

    clock: Clock
    store: Store
    idempotency: Idempotency
    move_numbers: MoveNumbers

    def __call__(self, customer_id: str, keyed: KeyedRequest | None, change_id: str | None = None) -> Customer:
        """The customer has the number from before the change, and nothing is kept of the other one.

        Args:
            change_id: of the change that is meant; None for whichever there is.

        Raises:
            NotFound: there is no such customer, or no such change any more.
            IdempotencyKeyReused: the key was used with another body.
        """
        return self.idempotency.once(
            keyed,
            lambda: self._stop(customer_id, keyed, change_id),
            lambda earlier: existing(self.store, Customer, earlier),
        )

    def _stop(self, customer_id: str, keyed: KeyedRequest | None, change_id: str | None) -> Customer:
        for _ in range(MOST_ROUNDS):
            at = self.clock.now()
            step = _stop_of(existing(self.store, Customer, customer_id), change_id)
            claim = self.idempotency.claim(keyed, customer_id, customer_id, at)
            try:
                return self.move_numbers([step], at, *claim)[0]
            except Conflict as conflict:
                if conflict.hit(Claim):
                    raise
        raise Contended


def _stop_of(customer: Customer, change_id: str | None) -> Step:
    if customer.change is None or change_id not in (None, customer.change.id):
        raise NotFound
    return stopped(customer, customer.change)
