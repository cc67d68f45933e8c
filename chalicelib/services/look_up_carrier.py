"""Asks who carries a customer's number, where it is open anyway."""

from contextlib import suppress
from dataclasses import dataclass

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import NotFound, NumberStale, Unavailable
from chalicelib.domain.freshness import look_up_due, looked_up
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.policy import Policy
from chalicelib.domain.schedule import dated
from chalicelib.ports import Clock, Journal, NumberLookup, Store
from chalicelib.services.changing import changed


@dataclass(frozen=True)
class LookUpCarrier:
    """Off unless the policy turns it on: each look-up is paid for, and tells a provider which number is contacted."""

    policy: Policy
    clock: Clock
    store: Store
    lookup: NumberLookup
    journal: Journal

    def __call__(self, customer_id: str, key_id: str | None, number: PhoneNumber, purpose: str) -> None:
        """The customer's head knows who carries the number, if the last word of it was too old.

        A look-up that fails stops nothing and changes nothing: the next contact asks again.

        Args:
            key_id: of the sealed number that was opened; another one than the customer's own is not looked up.
            purpose: what the number was opened for.

        Raises:
            NumberStale: another carrier has it than before, and the policy wants it proved since for this purpose.
        """
        rules, at = self.policy.rules, self.clock.now()
        if not rules.freshness.lookup_days:
            return

        try:
            customer = self.store.get(Customer, customer_id)
            if customer is None or not _has(customer, key_id) or not look_up_due(customer, rules, at):
                return
            carrier = self.lookup.carrier(number)
        except Unavailable:
            self.journal.note("carrier_lookup", outcome="failed")
            return

        def noted(it: Customer) -> Customer:
            return dated(looked_up(it, carrier, at), rules) if _has(it, key_id) else it

        is_other = noted(customer).doubted_at == at
        self.journal.note("carrier_lookup", outcome="other" if is_other else "known" if carrier else "silent")
        with suppress(NotFound, Unavailable):
            # Written or not, what it said holds for this contact.
            changed(self.store, customer, noted)
        marked = rules.purposes.get(purpose)
        if is_other and marked is not None and marked.verified_within_days is not None:
            raise NumberStale


def _has(customer: Customer, key_id: str | None) -> bool:
    return customer.is_open and customer.number is not None and customer.number.key_id == key_id
