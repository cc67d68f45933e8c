"""Does for one customer what the clock is due to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.closing import closed
from chalicelib.domain.customer import Customer
from chalicelib.domain.holds import overdue, unreviewed
from chalicelib.domain.policy import Policy
from chalicelib.domain.schedule import CONSENT_EXPIRED, NUMBER_CHANGE_ENDED, REVIEW_OVERDUE, dated, due
from chalicelib.domain.writes import Replace, Write
from chalicelib.ports import Clock, Journal, Store
from chalicelib.services.end_contract import EndContract
from chalicelib.services.end_number_change import EndNumberChange
from chalicelib.services.expire_consents import ExpireConsents
from chalicelib.services.purge_customer import PurgeCustomer


@dataclass(frozen=True)
class ActOnDue:
    """While the contract runs, things end by themselves; after it, the number goes, and at last the ledger's key."""

    policy: Policy
    clock: Clock
    store: Store
    journal: Journal
    expire_consents: ExpireConsents
    end_number_change: EndNumberChange
    end_contract: EndContract
    purge_customer: PurgeCustomer

    def __call__(self, customer: Customer) -> str | None:
        """What was due is done; returns why it was, or None if nothing ended: it was a reminder, or not due any more.

        Raises:
            Conflict: the customer changed meanwhile; nothing of the head was touched.
            Unavailable: the store did not answer; the customer is still due.
        """
        at, reason = due(customer, self.policy.rules) or (None, None)
        if at is None or at > self.clock.now():
            # Written under another policy: a law was turned on since, or a longer time.
            self.store.commit(Replace(customer, dated(customer, self.policy.rules)))
            return None
        if reason == REVIEW_OVERDUE:
            self._tell(customer)
            return None
        if not customer.is_open:
            self.purge_customer(customer)
        elif reason == CONSENT_EXPIRED:
            return CONSENT_EXPIRED if self.expire_consents(customer.id) else None
        elif reason == NUMBER_CHANGE_ENDED:
            self.end_number_change(customer)
        else:
            assert reason is not None
            return reason if self._end(customer.id, at, reason) else None
        return reason

    def _end(self, customer_id: str, due_at: datetime, reason: str) -> bool:
        def ending(customer: Customer, at: datetime) -> tuple[Customer, Sequence[Write]]:
            # A sign of life, a proof or a consent of this moment keeps the contract.
            is_due = due(customer, self.policy.rules) == (due_at, reason)
            return closed(customer, at, self.policy.rules, reason) if is_due else customer, ()

        has_ended = self.end_contract(customer_id, ending).closed_for == reason
        if has_ended:
            self.journal.note("contract_ended", reason=reason)
        return has_ended

    def _tell(self, customer: Customer) -> None:
        at = self.clock.now()
        late = [case.id for case in customer.cases if unreviewed(case, at)]
        self.store.commit(Replace(customer, dated(overdue(customer, at), self.policy.rules)))
        for hold_id in late:
            self.journal.note("hold_review_overdue", hold=hold_id)
