"""Does for one customer what the clock is due to do."""

from dataclasses import dataclass

from chalicelib.domain.customer import Customer
from chalicelib.domain.schedule import CONSENT_EXPIRED
from chalicelib.services.close_customer import CloseCustomer
from chalicelib.services.expire_consents import ExpireConsents
from chalicelib.services.purge_customer import PurgeCustomer


@dataclass(frozen=True)
class ActOnDue:
    """While the contract runs, things end by themselves; after it, the number goes, and at last the ledger's key."""

    expire_consents: ExpireConsents
    close_customer: CloseCustomer
    purge_customer: PurgeCustomer

    def __call__(self, customer: Customer) -> str | None:
        """What was due is done; returns why it was, or None if somebody was faster.

        Raises:
            Conflict: the customer changed meanwhile; nothing of the head was touched.
            Unavailable: the store did not answer; the customer is still due.
        """
        assert customer.due_reason is not None
        if not customer.is_open:
            self.purge_customer(customer)
        elif customer.due_reason == CONSENT_EXPIRED:
            return CONSENT_EXPIRED if self.expire_consents(customer.id) else None
        else:
            self.close_customer(customer.id, None, customer.due_reason)
        return customer.due_reason
