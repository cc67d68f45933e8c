"""What the services need from the world, and nothing about who provides it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from chalicelib.domain.errors import Contended

if TYPE_CHECKING:
    # Every function loads the ports, and the authorizer nothing of these.
    from chalicelib.domain.caller import Caller
    from chalicelib.domain.claim import KeyedRequest
    from chalicelib.domain.contact import Message
    from chalicelib.domain.customer import SealedNumber, WrappedKey
    from chalicelib.domain.phone_number import PhoneNumber


class Clock(Protocol):
    """The one source of time."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...


class Record(Protocol):
    """A frozen dataclass that the store keeps.

    Its version is a nonce that every write renews: never twice the same, so that an old copy is always known as old,
    and a write that is repeated because its answer was lost recognises its own work.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def version(self) -> str: ...


R = TypeVar("R", bound=Record)


def _renewed(record: R) -> R:
    return replace(record, version=secrets.token_hex(8))


@dataclass(frozen=True)
class Insert(Generic[R]):
    """The record comes into being; refused if it exists and has not lapsed."""

    record: R

    def __post_init__(self) -> None:
        if not self.record.version:
            object.__setattr__(self, "record", _renewed(self.record))


@dataclass(frozen=True)
class Replace(Generic[R]):
    """`after` stands where `before` stood; refused if `before` no longer stands there."""

    before: R
    after: R

    def __post_init__(self) -> None:
        object.__setattr__(self, "after", _renewed(self.after))


@dataclass(frozen=True)
class Remove:
    """The record is gone; refused if another version stands there. What is gone already stays gone."""

    record: Record


@dataclass(frozen=True)
class Expect:
    """The record is still what was read; refused otherwise."""

    record: Record


@dataclass(frozen=True)
class Absent:
    """Nothing stands under this key; refused otherwise."""

    kind: type[Record]
    key: tuple[str, ...]


Write = Insert[Any] | Replace[Any] | Remove | Expect | Absent


def kind_of(write: Write) -> type[Record]:
    """The kind of record that the write is about."""
    if isinstance(write, Absent):
        return write.kind
    return type(write.after if isinstance(write, Replace) else write.record)


class Conflict(Contended):
    """A commit was refused and wrote nothing. Says what stands where its refused writes should have gone."""

    def __init__(self, refused: Sequence[tuple[type[Record], Record | None]]) -> None:
        super().__init__()
        self.refused = refused

    def hit(self, kind: type[R]) -> bool:
        """True if a write of this kind of record was refused."""
        return any(refused is kind for refused, _ in self.refused)

    def current(self, kind: type[R]) -> R | None:
        """What stands there now, or None if nothing does."""
        return next((record for refused, record in self.refused if refused is kind), None)  # type: ignore[return-value]


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

    def history(
        self, kind: type[R], partition: str, *, newest_first: bool = False, limit: int | None = None
    ) -> list[R]:
        """The records of one partition in the order of their sort keys."""
        ...

    def due(self, kind: type[Record], bucket: str, until: datetime) -> Iterator[str]:
        """Keys of the records that an index has as due by `until`, oldest first; it may be a little behind."""
        ...

    def owned(self, kind: type[R], owner: str) -> Iterator[R]:
        """Records that an index finds by their owner or tag, each as it stands now, lapsed or not."""
        ...

    def share(self, kind: type[Record], which: int, of: int) -> Iterator[tuple[str, ...]]:
        """Keys of the records in one of `of` equal shares, counted from 0; each record is in one of them.

        A scan, which costs what the share holds, and which may be a little behind.
        """
        ...


class NumberIndex(Protocol):
    """The keyed blind index of numbers."""

    def tag(self, number: PhoneNumber) -> str:
        """The number's tag, with the version of the key that made it."""
        ...


class PendingNumbers(Protocol):
    """Numbers that belong to no customer yet."""

    def seal(self, verification_id: str, number: PhoneNumber) -> bytes:
        """The number as ciphertext that only this verification's id opens."""
        ...

    def open(self, verification_id: str, sealed: bytes) -> PhoneNumber:
        """The number again."""
        ...


class CodeSecrets(Protocol):
    """The secrets that codes are derived from; they exist for the length of a call."""

    def secret(self, verification_id: str, tag: str, purpose: str, context_digest: str) -> bytes:
        """32 bytes that belong to exactly these four."""
        ...


class NumberSealer(Protocol):
    """Seals customers' numbers. Cannot open them."""

    def envelope(self, customer_id: str) -> Envelope:
        """A data key of its own for one number of this customer."""
        ...


class NumberOpener(Protocol):
    """Opens customers' numbers. Only the strongroom is given one."""

    def open(self, customer_id: str, sealed: SealedNumber, key: WrappedKey) -> PhoneNumber:
        """The number in clear."""
        ...


class LedgerCipher(Protocol):
    """Seals the payloads of consent events under a key for each customer."""

    def new_key(self, customer_id: str) -> WrappedKey:
        """A fresh ledger key, wrapped."""
        ...

    def unlock(self, key: WrappedKey) -> UnlockedLedger:
        """The customer's ledger key, ready to seal and open payloads."""
        ...


class UnlockedLedger(Protocol):
    """One customer's ledger key, for the length of a request."""

    def seal(self, event_id: str, payload: bytes) -> tuple[str, bytes]:
        """The commitment to the payload, and salt and payload under the customer's key."""
        ...

    def open(self, event_id: str, commitment: str, sealed: bytes) -> bytes:
        """The payload, checked against its commitment."""
        ...


class Blinder(Protocol):
    """Keyed MACs under a key that changes every month: what they hide is forgotten with the key."""

    def mac(self, label: str, value: bytes, at: datetime) -> str:
        """The MAC of a value for one use, under the key of `at`'s month."""
        ...

    def recent(self, label: str, value: bytes, at: datetime) -> list[str]:
        """The MACs under this month's key and the last one's: all that a row still alive can carry."""
        ...


class Envelope(Protocol):
    """A fresh data key, ready to seal one number."""

    @property
    def key(self) -> WrappedKey:
        """The data key under KMS."""
        ...

    def seal(self, number: PhoneNumber) -> SealedNumber:
        """The number under the data key."""
        ...


class SmsCarrier(Protocol):
    """One way to a phone. It tries, and judges nothing: timing, outcome and cost are `services/sms_sender.py`'s."""

    def attempt(self, number: PhoneNumber, body: str, reference: str) -> str:
        """The carrier took it once; returns the carrier's own id of the message.

        Args:
            reference: an opaque id of ours, for the carrier's events; never a number.

        Raises:
            SmsThrottled: surely not sent; the carrier takes no more at the moment.
            SmsRefused: surely not sent, and why.
            Exception: whatever else; it may have been sent.
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

    def send_code(self, authorization: str, verification_id: str) -> str:
        """The intended send of this verification has been made once, and this is its outcome."""
        ...

    def send_message(
        self, authorization: str, token: str, template: str, parameters: Mapping[str, str], keyed: KeyedRequest | None
    ) -> Message:
        """The message was sent at most once, the token is used and the access is logged."""
        ...

    def reveal(self, authorization: str, token: str, justification: str, keyed: KeyedRequest | None) -> PhoneNumber:
        """The number in clear; the token is used and the access is logged with its justification."""
        ...
