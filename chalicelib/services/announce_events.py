"""Tells others of consent events."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from chalicelib.domain.announcement import Announcement, announcement
from chalicelib.domain.consent import ConsentEvent
from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.errors import LedgerDamaged, Unavailable
from chalicelib.domain.ledger import LedgerEvent, position
from chalicelib.domain.purge_run import CHAIN
from chalicelib.ports import EventBus, LedgerCipher, Store, UnlockedLedger


@dataclass(frozen=True)
class Outcome:
    """What became of one event.

    Attributes:
        name: announced; none, since it is a run of the purge; ended, since the ledger's own retention has and nothing
            can be read any more; damaged, since it is not what its chain committed to, or its key is gone too early;
            failed, and must be tried again.
        failure: why it failed.
    """

    name: str
    failure: Exception | None = None


@dataclass(frozen=True)
class AnnounceEvents:
    """Every event that can be read is on the bus once or more. One that fails keeps back no other."""

    store: Store
    ledger: LedgerCipher
    bus: EventBus

    def __call__(self, places: Sequence[tuple[str, int]]) -> list[Outcome]:
        """Others have been told of these events, as far as that was possible.

        Args:
            places: customer's id and sequence of each.

        Returns:
            what became of each, in the same order.
        """
        reading = _Reading(self.store, self.ledger)
        read = [reading.outcome(*place) for place in places]
        refused = self._publish([each for each in read if isinstance(each, Announcement)])
        return [
            refused.get(each.event_id, Outcome("announced")) if isinstance(each, Announcement) else each
            for each in read
        ]

    def _publish(self, announcements: Sequence[Announcement]) -> dict[str, Outcome]:
        """What became of those that the bus did not take, by their events' ids."""
        try:
            refused = self.bus.publish(announcements) if announcements else {}
        except Exception as failure:
            # It may have taken some. They are said again.
            return {each.event_id: Outcome("failed", failure) for each in announcements}
        return {event_id: Outcome("failed", Unavailable(f"PutEvents: {why}")) for event_id, why in refused.items()}


class _Reading:
    """Reads what one batch needs, and each part of it once."""

    def __init__(self, store: Store, ledger: LedgerCipher) -> None:
        self._store, self._ledger = store, ledger
        self._link = cache(self._get_link)
        self._unlocked = cache(self._unlock)
        self._has_ended = cache(self._ended)

    def outcome(self, customer_id: str, sequence: int) -> Announcement | Outcome:
        """What is to be said of the event, or why nothing is."""
        if customer_id == CHAIN:
            return Outcome("none")
        try:
            link = self._link(customer_id, sequence)
            before = self._link(customer_id, sequence - 1) if sequence > 1 else None
            if link is None:
                return Outcome("damaged")
            unlocked = self._unlocked(customer_id)
            if unlocked is None:
                return Outcome("ended" if self._has_ended(customer_id) else "damaged")
            opened = unlocked.open(link.event_id, link.commitment, link.sealed)
            return announcement(link, before, ConsentEvent.from_canonical(opened.payload))
        except LedgerDamaged:
            return Outcome("damaged")
        except Exception as failure:
            return Outcome("failed", failure)

    def _get_link(self, customer_id: str, sequence: int) -> LedgerEvent | None:
        return self._store.get(LedgerEvent, customer_id, position(sequence))

    def _unlock(self, customer_id: str) -> UnlockedLedger | None:
        key = self._store.get(WrappedKey, customer_id, LEDGER_KEY)
        return self._ledger.unlock(key) if key else None

    def _ended(self, customer_id: str) -> bool:
        """True if the ledger's retention has ended; heads are never removed."""
        customer = self._store.get(Customer, customer_id)
        return customer is not None and LEDGER_KEY not in customer.key_ids
