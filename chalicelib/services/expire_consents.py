"""Records that consents of one customer have ended by themselves."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from chalicelib.domain.consent import ConsentEvent, expired
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import Contended
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.policy import Policy
from chalicelib.ports import Clock
from chalicelib.services.append_event import AppendEvent


@dataclass(frozen=True)
class ExpireConsents:
    """The gate refuses from the instant at which a consent ends; the ledger says so at the clock's next run."""

    policy: Policy
    clock: Clock
    append_event: AppendEvent

    def __call__(self, customer: Customer) -> int:
        """Every consent that has ended has its event; returns how many have one now that had none.

        Raises:
            Contended: the customer gave one of them again meanwhile; the customer's next date is known by then.
            NotFound: the ledger's key is gone.
            Unavailable: the store did not answer; the customer is still due.

        Source: MIIT Order 31 (2015) art. 18; ISO/IEC TS 27560 (validity).
        """
        lapsed = customer.lapsed_consents(self.clock.now())
        for purpose in lapsed:
            self.append_event(customer.id, partial(self._expired, purpose))
        return len(lapsed)

    def _expired(self, purpose: str, customer: Customer, at: datetime) -> ConsentEvent:
        if purpose not in customer.lapsed_consents(at):
            raise Contended
        return expired(new_id("evt"), customer, purpose, self.policy, at)
