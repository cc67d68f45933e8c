"""Records that consents of one customer have ended by themselves."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from chalicelib.domain.consent import ConsentEvent, expired
from chalicelib.domain.customer import Customer
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.policy import Policy
from chalicelib.ports import Clock
from chalicelib.services.append_event import AppendEvent


class _SaidMeanwhile(Exception):
    """The purpose has another word by now."""


@dataclass(frozen=True)
class ExpireConsents:
    """The gate refuses from the instant at which a consent ends; the ledger says so at the clock's next run."""

    policy: Policy
    clock: Clock
    append_event: AppendEvent

    def __call__(self, customer: Customer) -> int:
        """Every consent that has ended has its event; returns how many were recorded now.

        What the customer says of one of them meanwhile stands.

        Raises:
            NotFound: the ledger's key is gone.
            Unavailable: the store did not answer; the customer is still due.

        Source: MIIT Order 31 (2015) art. 18; ISO/IEC TS 27560 (validity).
        """
        recorded = 0
        for purpose in customer.lapsed_consents(self.clock.now()):
            with suppress(_SaidMeanwhile):
                self.append_event(customer.id, partial(self._expired, purpose))
                recorded += 1
        return recorded

    def _expired(self, purpose: str, customer: Customer, at: datetime) -> ConsentEvent:
        if purpose not in customer.lapsed_consents(at):
            raise _SaidMeanwhile
        return expired(new_id("evt"), customer, purpose, self.policy, at)
