"""Does what is due for one record."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.domain.customer import Customer
from chalicelib.domain.purge_run import Tally
from chalicelib.domain.purge_shard import PURGEABLE, Taken
from chalicelib.domain.schedule import CONSENT_EXPIRED, LEDGER_RETENTION_ENDED, NUMBER_CHANGE_ENDED, REVIEW_OVERDUE
from chalicelib.domain.writes import Remove
from chalicelib.ports import Store
from chalicelib.services.act_on_due import ActOnDue


@dataclass(frozen=True)
class PurgeItem:
    """What is done for a customer, ActOnDue knows; whatever else has a due date is removed on it."""

    store: Store
    act_on_due: ActOnDue

    def read(self, item: Taken) -> Any:
        """The item's record as it stands; None if there is none.

        Raises:
            Unavailable: the store did not answer.
        """
        return self.store.get(PURGEABLE[item.kind], item.key, even_lapsed=True)

    def __call__(self, item: Taken, record: Any, at: datetime, *, resumed: bool) -> Tally:
        """What the item was due for is done, unless it is not due any more; returns what is to be counted.

        Args:
            record: the item's, as read.
            at: what is due later is not due.
            resumed: True if another worker took the item, which may have done it without counting it.

        Raises:
            Conflict: the record changed meanwhile.
            Unavailable: the store did not answer; the record is still due.
        """
        if not is_due(record, at):
            return _done_before(item, record, at) if resumed else Tally()
        if isinstance(record, Customer):
            reason = self.act_on_due(record)
            counts = {reason: 1} if reason else {}
            return Tally(ended=counts) if record.is_open else Tally(erased=counts)
        self.store.commit(Remove(record))
        return Tally(erased={record.due_reason: 1})


def is_due(record: Any, at: datetime) -> bool:
    """False if it is gone or has moved on: the index is a little behind the table."""
    return record is not None and record.due_at is not None and record.due_at <= at


def _done_before(item: Taken, record: object | None, since: datetime) -> Tally:
    counts = {item.reason: 1}
    if not isinstance(record, Customer):
        # What is still there, and due later, was used at the last moment.
        return Tally(erased=counts) if record is None else Tally()
    if not _is_done(item.reason, record, since):
        return Tally()
    # A head stays, whatever is done. If its customer did it in person just now, it is counted all the same.
    return Tally(erased=counts) if record.status == "purged" else Tally(ended=counts)


def _is_done(reason: str, customer: Customer, since: datetime) -> bool:
    """False if nothing came of it but a reminder or another date."""
    if reason == REVIEW_OVERDUE:
        return False
    if reason == LEDGER_RETENTION_ENDED:
        return customer.ledger_erased_at is not None
    if customer.closed_at is None:
        return reason == CONSENT_EXPIRED or (reason == NUMBER_CHANGE_ENDED and customer.change is None)
    return customer.status == "purged" or customer.closed_at >= since
