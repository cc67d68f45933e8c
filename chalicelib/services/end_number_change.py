"""Ends a change of number whose time is over."""

from dataclasses import dataclass, replace

from chalicelib.domain.customer import Customer
from chalicelib.domain.number_change import TAKE_OVER, NumberChange
from chalicelib.domain.number_steps import ended_by_clock, lapsed
from chalicelib.domain.policy import Policy
from chalicelib.ports import Clock, Store
from chalicelib.services.move_numbers import MoveNumbers
from chalicelib.services.old_number_heard import old_number_heard
from chalicelib.services.tag_holder import holder


@dataclass(frozen=True)
class EndNumberChange:
    """What waited takes effect or lapses, and what was kept so that it could be stopped is erased: one commit."""

    policy: Policy
    clock: Clock
    store: Store
    move_numbers: MoveNumbers

    def __call__(self, customer: Customer) -> None:
        """The change is over, and others have been told.

        Args:
            customer: as read; their change is due to end.

        Raises:
            Conflict: something changed meanwhile; nothing has happened, and the customer is still due.
            NotFound: consents end with it, and the ledger's key is gone.
            Unavailable: the store did not answer; the customer is still due.
        """
        at = self.clock.now()
        change = customer.change
        assert change is not None
        partner = None
        # Of the others nobody else can have the number.
        if change.kind == TAKE_OVER:
            change, partner = self._found(change)
            customer = replace(customer, change=change)
        if old_number_heard(self.store, customer, at, self.policy.rules):
            steps = ended_by_clock(customer, partner, at, self.policy.rules)
        else:
            steps = [lapsed(customer, change)]
        self.move_numbers(steps, at)

    def _found(self, change: NumberChange) -> tuple[NumberChange, Customer | None]:
        """The change, with every tag that its holder's head knows of the number; and who has the number now.

        A rotation may have come to that head, and so to the number's row, before it comes to the change.
        """
        partner = holder(self.store, change.other.tags)
        asked = partner or self.store.get(Customer, change.holder_id or "")
        if asked is None or asked.held is None or not asked.held.has_tag(change.other.tags):
            return change, partner
        known = replace(change, other=change.other.known_by(asked.held.tags))
        return known, partner or holder(self.store, known.other.tags)
