"""Settlements: what KMS answered for an entry of the access log, by the name that CloudTrail has for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.domain.due import place_at

if TYPE_CHECKING:
    # Every function loads its records' modules, and few of them phonenumbers.
    from chalicelib.domain.phone_number import PhoneNumber


@dataclass(frozen=True)
class OpenedNumber:
    """A number in clear, and the call that opened it.

    Attributes:
        request_id: by which CloudTrail has the call.
        retries: tries before the one that was answered. One whose own answer was lost stands in CloudTrail under an id
            that nobody here knows.
    """

    number: "PhoneNumber"
    request_id: str
    retries: int


@dataclass(frozen=True)
class LoggedEntry:
    """An entry of the access log as its index knows it."""

    customer_id: str
    entry_id: str
    at: datetime

    @property
    def place(self) -> str:
        """Where it stands among its customer's rows."""
        return place_at(self.at, self.entry_id)


@dataclass(frozen=True)
class Settlement:
    """KMS has opened the number of an entry. Written once, before the number is used; an entry without it is unsettled.

    Attributes:
        entry_id, at: the entry, and its own instant.
        request_id, retries: as in OpenedNumber.
        lapses_at: with its entry.
    """

    customer_id: str
    entry_id: str
    at: datetime
    request_id: str
    retries: int
    settled_at: datetime
    lapses_at: datetime | None = None
    version: str = ""

    @property
    def place(self) -> str:
        """That of its entry."""
        return place_at(self.at, self.entry_id)
