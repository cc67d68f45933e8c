"""What the services need from the world, and nothing about who provides it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # Every function loads the ports, and the authorizer nothing of these.
    from chalicelib.domain.caller import Caller
    from chalicelib.domain.claim import KeyedRequest
    from chalicelib.domain.contact import Message
    from chalicelib.domain.customer import SealedNumber, WrappedKey
    from chalicelib.domain.moving import M, Move
    from chalicelib.domain.phone_number import PhoneNumber
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

    def attempt(self, number: PhoneNumber, body: str, reference: str, code_seconds: int | None = None) -> str:
        """The carrier took it once; returns the carrier's own id of the message.

        Args:
            reference: an opaque id of ours, for the carrier's events; never a number.
            code_seconds: what is left of the life of the code in it, 1 or more; None if there is no code in it.

        Raises:
            SmsThrottled: surely not sent; the carrier takes no more at the moment.
            SmsRefused: surely not sent, and why.
            Exception: whatever else; it may have been sent.
        """
        ...


class SmsFeedback(Protocol):
    """A carrier that wants to know which of its codes were entered."""

    def tell(self, message_id: str, *, received: bool) -> None:
        """The carrier knows; telling it again changes nothing.

        Raises:
            Unavailable: it did not take it.
        """
        ...


class SendQueue(Protocol):
    """Verifications for which something is left to be done, behind their answers."""

    def put(self, verification_id: str, delay_seconds: int = 0) -> None:
        """A worker will look at the verification once or more, and not before the delay is over.

        Args:
            delay_seconds: 0 to 900.

        Raises:
            Unavailable: the queue did not answer; it may have taken it.
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

    def send_message(
        self, authorization: str, token: str, template: str, parameters: Mapping[str, str], keyed: KeyedRequest | None
    ) -> Message:
        """The message was sent at most once, the token is used and the access is logged."""
        ...

    def reveal(self, authorization: str, token: str, justification: str, keyed: KeyedRequest | None) -> PhoneNumber:
        """The number in clear; the token is used and the access is logged with its justification."""
        ...
