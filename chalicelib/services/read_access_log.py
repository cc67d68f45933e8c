"""Reads who opened a customer's number, and who asked whether they may."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.access import AccessLogEntry, DecisionLogEntry
from chalicelib.domain.customer import Customer
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.previews import Previews, preview_keys
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import existing
from chalicelib.services.concurrently import together

# The export has them all.
MOST_ENTRIES = 200


@dataclass(frozen=True)
class AccessLog:
    """Who looked, newest first, MOST_ENTRIES of each kind at most.

    Attributes:
        openings: each opening of the number, as the strongroom wrote it down in the act.
        decisions: each question that could have brought a token.
        previews: of this month and the last, how often somebody just looked.
        customer: whose number it is.
        said_at: when the customer said what the openings and decisions rest on, by the event's id.
    """

    openings: Sequence[AccessLogEntry]
    decisions: Sequence[DecisionLogEntry]
    previews: Sequence[Previews]
    customer: Customer
    said_at: Mapping[str, datetime]


@dataclass(frozen=True)
class ReadAccessLog:
    """Six reads at once."""

    clock: Clock
    store: Store

    def __call__(self, customer_id: str) -> AccessLog:
        """The latest openings and decisions, what they rest on, and the counts of previews.

        Raises:
            NotFound: there is no such customer.

        Source: PIPL 44, 45; GDPR 15.
        """
        this, last = preview_keys(customer_id, self.clock.now())
        customer, openings, decisions, said, *previews = together(
            lambda: existing(self.store, Customer, customer_id),
            lambda: self.store.history(AccessLogEntry, customer_id, newest_first=True, limit=MOST_ENTRIES),
            lambda: self.store.history(DecisionLogEntry, customer_id, newest_first=True, limit=MOST_ENTRIES),
            # When it was said stands in the clear; what was said does not, and is not asked for.
            lambda: self.store.history(LedgerEvent, customer_id),
            lambda: self.store.get(Previews, this),
            lambda: self.store.get(Previews, last),
        )
        counted = tuple(each for each in previews if each is not None)
        return AccessLog(openings, decisions, counted, customer, {it.event_id: it.event_time for it in said})
