"""Lists what customers wait for, by when it is due."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from chalicelib.domain.due import buckets, place_at
from chalicelib.domain.rights import RightsRequest
from chalicelib.ports import Store
from chalicelib.services.concurrently import together_by_name

ROWS_A_PAGE = 100


@dataclass(frozen=True)
class Position:
    """Where the next page begins: beyond a place in a partition of the index; empty for its beginning."""

    bucket: str
    place: str = ""


@dataclass(frozen=True)
class RightsRequestPage:
    """Open requests, the most urgent of the page first.

    Attributes:
        following: None if this is the last.
    """

    requests: list[RightsRequest]
    following: Position | None


@dataclass(frozen=True)
class ListRightsRequests:
    """By the index of what is due, partition by partition. Never a scan."""

    store: Store

    def __call__(self, due_before: datetime, status: str | None, position: Position | None) -> RightsRequestPage:
        """A page of the requests that are open and due before that instant.

        A request that is extended between two pages may come twice, and hides none.

        Args:
            status: open or extended; None for both.
            position: where the page before said; None for the first.
        """
        first = int(position.bucket) if position else 0
        found: list[RightsRequest] = []
        for bucket in buckets(0)[first:]:
            after = position.place if position and position.bucket == bucket else ""
            room = ROWS_A_PAGE - len(found)
            if room <= 0:
                return RightsRequestPage(_by_urgency(found), Position(bucket))
            keys = self._keys(bucket, due_before, after)
            places = sorted(keys)
            found += [it for it in self._read([keys[it] for it in places[:room]]) if status in (None, it.status)]
            if len(places) > room:
                return RightsRequestPage(_by_urgency(found), Position(bucket, places[room - 1]))
        return RightsRequestPage(_by_urgency(found), None)

    def _keys(self, bucket: str, until: datetime, after: str) -> dict[str, str]:
        # By place, and not behind a key: who is extended meanwhile stands further on in the index.
        keys = {place_at(due.at, due.key): due.key for due in self.store.due(RightsRequest, bucket, until)}
        return {place: key for place, key in keys.items() if place > after}

    def _read(self, keys: list[str]) -> list[RightsRequest]:
        if not keys:
            return []
        read = together_by_name({key: partial(self.store.get, RightsRequest, key) for key in keys})
        # The index is a little behind the table.
        return [it for it in read.values() if it is not None and it.is_open]


def _by_urgency(requests: list[RightsRequest]) -> list[RightsRequest]:
    return sorted(requests, key=lambda it: (it.answer_by, it.id))
