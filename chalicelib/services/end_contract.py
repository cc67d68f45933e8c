"""Ends the contract with a customer, for whatever reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.claim import Claim
from chalicelib.domain.customer import Customer
from chalicelib.domain.ending_news import restricted
from chalicelib.domain.number_steps import Turn
from chalicelib.domain.policy import Policy
from chalicelib.domain.writes import Conflict, Write
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import existing
from chalicelib.services.move_numbers import MoveNumbers
from chalicelib.services.tell_news import TellNews

Ending = Callable[[Customer, datetime], tuple[Customer, Sequence[Write]]]


@dataclass(frozen=True)
class EndContract:
    """One commit for the head, every tag that it held and the key of a change that was not over; then others hear."""

    policy: Policy
    clock: Clock
    store: Store
    move_numbers: MoveNumbers
    tell_news: TellNews

    def __call__(self, customer_id: str, ending: Ending) -> Customer:
        """The customer is as `ending` makes them, and the number is free to be proved by whoever has it.

        Args:
            ending: the head, closed, and what else belongs into the commit; asked again after each lost round.

        Raises:
            NotFound: there is no such customer.
            Conflict: a claim among the other writes was refused.
        """
        while True:
            customer, at = existing(self.store, Customer, customer_id), self.clock.now()
            after, others = ending(customer, at)
            try:
                if after is not customer:
                    (head,) = self.move_numbers([Turn(customer, after)], at, *others)
                    if customer.is_open:
                        self.tell_news([restricted(head, self.policy.rules)])
                    return head
                if others:
                    self.store.commit(*others)
                return customer
            except Conflict as conflict:
                if conflict.hit(Claim):
                    raise
