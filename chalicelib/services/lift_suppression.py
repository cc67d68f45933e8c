"""Ends a suppression, when the customer agrees to advertising in person."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.caller import Caller
from chalicelib.domain.consent import ConsentChoice, ConsentEvent, withdrawn_by_sms
from chalicelib.domain.customer import Customer
from chalicelib.domain.identifiers import new_id
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
        if customer.tag is None or not self._lifts(caller, choice, customer):
            return customer, ()
        found = self.store.get(Suppression, *place_of(customer.tag))
        writes = [Replace(found, found.lifted(at))] if found is not None and found.stands else []
        return replace(customer, suppressed_at=None), writes

    def withdrawn(self, caller: Caller, choice: ConsentChoice, customer: Customer, at: datetime) -> list[ConsentEvent]:
        """The events by which a choice that lifts takes back every other consent to advertising that stands.

        Or a yes to one purpose would set free what the wallet brought for another, which may be older than the no.
        """
        if not self._lifts(caller, choice, customer):
            return []
        return [
            withdrawn_by_sms(new_id("evt"), customer, purpose, self.policy, choice.surface, at)
            for purpose, state in customer.consents.items()
            if purpose != choice.purpose and self._is_commercial(purpose)
            if state.decision == "given" and not state.lapsed(at)
        ]

    def _lifts(self, caller: Caller, choice: ConsentChoice, customer: Customer) -> bool:
        is_yes = choice.decision == "given" and self._is_commercial(choice.purpose)
        return customer.suppressed_at is not None and caller.role == "customer" and is_yes

    def _is_commercial(self, purpose: str) -> bool:
        rules = self.policy.rules.purposes
        return purpose in rules and rules[purpose].commercial
