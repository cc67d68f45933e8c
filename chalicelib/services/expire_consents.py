"""Records that consents of one customer have ended by themselves."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.consent import ConsentEvent, expired
from chalicelib.domain.customer import Customer
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.policy import Policy
from chalicelib.services.append_events import AppendEvents


@dataclass(frozen=True)
class ExpireConsents:
    """The gate refuses from the instant at which a consent ends; the ledger says so at the clock's next run."""

    policy: Policy
    append_events: AppendEvents

    def __call__(self, customer_id: str) -> int:
        """Every consent that has ended has its event; returns how many were recorded now.

        What the customer says of one of them meanwhile stands.

        Raises:
            NotFound: the ledger's key is gone.
            Contended, Unavailable: the store did not take it; the customer is still due.

        Source: MIIT Order 31 (2015) art. 18; ISO/IEC TS 27560 (validity).
        """
        return len(self.append_events(customer_id, self._ended))

    def _ended(self, customer: Customer, at: datetime) -> list[ConsentEvent]:
        lapsed = customer.lapsed_consents(at)
        return [expired(new_id("evt"), customer, purpose, self.policy, at) for purpose in lapsed]
