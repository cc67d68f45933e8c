"""Opens a customer's number, for whoever has been admitted and stands in the access log."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.caller import Caller
from chalicelib.domain.customer import WrappedKey
from chalicelib.domain.errors import Contended
from chalicelib.domain.held_number import SealedNumber
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.settlement import Settlement
from chalicelib.domain.throttle import OpeningLog
from chalicelib.domain.writes import Insert
from chalicelib.ports import Clock, NumberOpener, Store
from chalicelib.services.throttle import Throttle


@dataclass(frozen=True)
class Opening:
    """The one way to a number in clear: a budget for each caller, an entry in the log, the key, the settlement."""

    clock: Clock
    store: Store
    throttle: Throttle
    opener: NumberOpener

    def admit(self, caller: Caller, at: datetime) -> None:
        """One more opening counts for the caller.

        Raises:
            Throttled: there were too many.
        """
        # In a table that the API function cannot write: who could reset the count would have no budget.
        keys = self.throttle.keys(f"opening_by_{caller.role}", caller.person, at)
        self.throttle.admit(keys, at, kind=OpeningLog)

    def open(self, sealed: SealedNumber | None, entry: AccessLogEntry) -> PhoneNumber:
        """The number in clear; its entry is settled.

        Args:
            sealed: of the entry's customer, as it stood when the entry was committed.

        Raises:
            Contended: the number was erased since, or the entry has opened one before.
            Unavailable: the number may be open, but not for anybody: the entry stays unsettled.
        """
        return open_logged(self.store, self.opener, self.clock, sealed, entry)


def open_logged(
    store: Store, opener: NumberOpener, clock: Clock, sealed: SealedNumber | None, entry: AccessLogEntry
) -> PhoneNumber:
    """What `Opening.open` says, for whoever counts against no caller's budget.

    Raises:
        Contended: the number was erased since, or the entry has opened one before.
    """
    assert sealed is not None
    key = store.get(WrappedKey, entry.customer_id, sealed.key_id)
    if key is None:
        raise Contended
    opened = opener.open(entry.customer_id, sealed, key)
    at = clock.now()
    # Before anybody has the number: what was used and is not settled was not used by us.
    said = opened.request_id, opened.retries
    store.commit(
        Insert(Settlement(entry.customer_id, entry.id, entry.at, *said, settled_at=at, lapses_at=entry.lapses_at))
    )
    return opened.number
