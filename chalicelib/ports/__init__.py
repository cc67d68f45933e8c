"""What the services need from the world, and nothing about who provides it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from chalicelib.ports.keys import (
    Blinder,
    CodeSecrets,
    Envelope,
    KeyWrapper,
    LedgerCipher,
    NumberIndex,
    NumberOpener,
    NumberSealer,
    PendingNumbers,
    Signer,
    UnlockedLedger,
)
from chalicelib.ports.purging import Capacity, PurgeQueue
from chalicelib.ports.sending import NumberLookup, ProviderOptOuts, SendQueue, SmsCarrier, SmsFeedback

if TYPE_CHECKING:
    # Every function loads the ports, and the authorizer nothing of these.
    from chalicelib.domain.anchor import LedgerHead
    from chalicelib.domain.caller import Caller
    from chalicelib.domain.claim import KeyedRequest
    from chalicelib.domain.contact import Message
    from chalicelib.domain.due import Due
    from chalicelib.domain.freshness import Reverification
    from chalicelib.domain.moving import M, Move
    from chalicelib.domain.phone_number import PhoneNumber
    from chalicelib.domain.reveal_approval import RevealApproval
    from chalicelib.domain.settlement import LoggedEntry, Settlement
    from chalicelib.domain.verification import Send
    from chalicelib.domain.writes import R, Record, Write


class Clock(Protocol):
    """The one source of time."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...


class Store(Protocol):
    """Every record that Ringfence keeps. Reads by key are strongly consistent; a lapsed record counts as absent."""

    def get(self, kind: type[R], *key: str, even_lapsed: bool = False) -> R | None:
        """The record under this key, or None; a lapsed one only if asked for."""
        ...

    def commit(self, *writes: Write) -> None:
        """All the writes have happened, or none.

        A repeat whose first answer was lost recognises its own work, unless somebody else wrote over a lone write in
        between: then it is refused, and the rule is asked again.

        Raises:
            Conflict: a write's condition does not hold.
            Contended: others' transactions were in the way all the time.
            Unavailable: the store did not answer.
        """
        ...

    def add(self, kind: type[M], key: str, move: Move, version: str | None) -> M:
        """The row's counters have moved, whoever else moves them meanwhile; returns the row as it stood then.

        A call whose answer is lost may be applied twice.

        Args:
            version: the frame in which it may happen; None if the move's bounds are all that matters.

        Raises:
            Conflict: there is no such row, another frame, or a counter that is not within its bounds.
            Unavailable: the store did not answer.
        """
        ...

    def history(
        self, kind: type[R], partition: str, *, newest_first: bool = False, limit: int | None = None
    ) -> list[R]:
        """The records of one partition in the order of their sort keys."""
        ...

    def due(self, kind: type[Record], bucket: str, until: datetime) -> Iterator[Due]:
        """What an index has of the records that are due by `until`, oldest first; it may be a little behind."""
        ...

    def owned(self, kind: type[R], owner: str) -> Iterator[R]:
        """Records that an index finds by their owner or tag, each as it stands now, lapsed or not."""
        ...

    def appended(self, bucket: str) -> Iterator[LedgerHead]:
        """The links that an index has under this bucket, in any order; it may be a little behind."""
        ...

    def logged(self, bucket: str, after: str) -> Iterator[LoggedEntry | Settlement]:
        """What an index has of the access log under this bucket, by place, beyond `after`; it may be a little behind.

        Args:
            after: a place, or the beginning of one; not empty.
        """
        ...

    def reverifications(self, bucket: str, after: str, until: str, limit: int) -> list[Reverification]:
        """Customers whom an index has as due to be proved again, by place; it may be a little behind.

        Args:
            after, until: places, or beginnings of them, neither included; not empty.
            limit: the first so many, 1 or more.
        """
        ...

    def share(self, kind: type[Record], which: int, of: int) -> Iterator[tuple[str, ...]]:
        """Keys of the records in one of `of` equal shares, counted from 0; each record is in one of them.

        A scan, which costs what the share holds, and which may be a little behind.
        """
        ...


class Archive(Protocol):
    """Where anchors are kept, out of reach of whoever can write the ledger."""

    def put(self, name: str, content: bytes) -> bytes:
        """Under this name there is what was first put there, by whomever; returns it.

        Raises:
            Unavailable: the archive did not answer.
        """
        ...


class ImportBox(Protocol):
    """Where parts of an import lie for some minutes, numbers and all, and what became of them for a day."""

    def read(self, name: str) -> bytes | None:
        """The part of this name; None if there is none.

        Raises:
            Unavailable: the box did not answer.
        """
        ...

    def report(self, name: str, content: bytes) -> None:
        """What became of the part of this name can be read.

        Raises:
            Unavailable: the box did not answer.
        """
        ...

    def remove(self, name: str) -> None:
        """There is no part of this name.

        Raises:
            Unavailable: the box did not answer.
        """
        ...


class Said(Protocol):
    """Something that others are told. Never a number."""

    @property
    def name(self) -> str:
        """What kind of event it is."""
        ...

    @property
    def event_id(self) -> str:
        """The same however often it is said."""
        ...

    def detail(self) -> str:
        """What is said, as JSON."""
        ...


class EventBus(Protocol):
    """Where others hear of consent events, and of unusual reveals."""

    def publish(self, announcements: Sequence[Said]) -> Mapping[str, str]:
        """The bus has taken all but these, each once or more: what went wrong, by the event's id.

        Raises:
            Unavailable: the bus did not answer; it may have taken some.
        """
        ...


class Journal(Protocol):
    """Where what happens is told, for people and alarms: figures and names, never a number."""

    def note(self, event: str, **figures: str | int | bool | None) -> None:
        """A line says so. It never raises."""
        ...


class TokenVerifier(Protocol):
    """Proves who is calling."""

    def verify(self, authorization: str) -> Caller:
        """The caller that an `Authorization: Bearer` value proves.

        Raises:
            NotAuthenticated: it proves nobody.
        """
        ...


class Strongroom(Protocol):
    """The one place where a customer's number is opened. It trusts no word but a verified token and the store's.

    `services/strongroom.py` says what each door raises.
    """

    def send_code(self, authorization: str, verification_id: str) -> Send:
        """The intended send of this verification has been made once, and this is what is known of it."""
        ...

    def tell_old_number(self, authorization: str, customer_id: str) -> Message:
        """The old number of the customer's change of number has been told once, and this is what is known of it."""
        ...

    def send_message(
        self, authorization: str, token: str, template: str, parameters: Mapping[str, str], keyed: KeyedRequest | None
    ) -> Message:
        """The message was sent at most once, the token is used and the access is logged."""
        ...

    def reveal(
        self,
        authorization: str,
        token: str,
        justification: str,
        keyed: KeyedRequest | None,
        ticket: str | None = None,
    ) -> PhoneNumber:
        """The number in clear; the token is used, the access logged with its reason, and it counts for the person."""
        ...

    def approve_reveal(
        self, authorization: str, approval_id: str, customer_id: str, keyed: KeyedRequest | None
    ) -> RevealApproval:
        """A colleague may be shown this minor's number: the caller said so, or another colleague before."""
        ...


__all__ = [
    "Archive",
    "Blinder",
    "Capacity",
    "Clock",
    "CodeSecrets",
    "Envelope",
    "EventBus",
    "ImportBox",
    "Journal",
    "KeyWrapper",
    "LedgerCipher",
    "NumberIndex",
    "NumberLookup",
    "NumberOpener",
    "NumberSealer",
    "PendingNumbers",
    "ProviderOptOuts",
    "PurgeQueue",
    "Said",
    "SendQueue",
    "Signer",
    "SmsCarrier",
    "SmsFeedback",
    "Store",
    "Strongroom",
    "TokenVerifier",
    "UnlockedLedger",
]
