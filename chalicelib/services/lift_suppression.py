"""Ends a suppression, when the customer agrees to advertising in person."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.caller import Caller
from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.customer import Customer
from chalicelib.domain.policy import Policy
from chalicelib.domain.suppression import Suppression, place_of
from chalicelib.domain.writes import Replace, Write
from chalicelib.ports import Store


@dataclass(frozen=True)
class LiftSuppression:
    """A yes that the wallet brings lifts nothing: it may be older than the no, which came from the phone itself."""

    policy: Policy
    store: Store

    def __call__(
        self, caller: Caller, choice: ConsentChoice, customer: Customer, at: datetime
    ) -> tuple[Customer, Sequence[Write]]:
        """The head as the choice leaves it, and what is written of the number's own row with it."""
        purpose = self.policy.rules.purposes.get(choice.purpose)
        is_yes = choice.decision == "given" and purpose is not None and purpose.commercial
        if customer.suppressed_at is None or customer.tag is None or caller.role != "customer" or not is_yes:
            return customer, ()
        found = self.store.get(Suppression, *place_of(customer.tag))
        writes = [Replace(found, found.lifted(at))] if found is not None and found.stands else []
        return replace(customer, suppressed_at=None), writes
