"""The ports in memory: what the services are tested on. The contract suites hold them to what AWS does."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.adapters.policy_files import read_policy
from chalicelib.bootstrap import Ringfence
from chalicelib.domain.caller import Caller
from chalicelib.domain.customer import LEDGER_KEY, SealedNumber, WrappedKey
from chalicelib.domain.errors import LedgerDamaged, NotAuthenticated, SmsRefused, SmsThrottled, Unavailable
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.ledger import SALT_BYTES, Opened, commit_to
from chalicelib.domain.phone_number import PhoneNumber, known_phone_number
from chalicelib.domain.policy import Policy
from chalicelib.domain.sending_rules import SENDERS
from chalicelib.ports import Strongroom
from tests.clock import FixedClock
from tests.memory_archive import MemoryArchive
from tests.memory_bus import MemoryBus
from tests.memory_signer import MemorySigner
from tests.memory_store import MemoryStore

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
POLICY_FOLDER = Path(__file__).parent.parent / "chalicelib" / "policy"


def _mac(key: bytes, *parts: str) -> bytes:
    return hmac.new(key, "|".join(parts).encode(), hashlib.sha256).digest()


@dataclass
class MemoryKeys:
    """What KMS does, with keys of its own."""

    master: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def tag(self, number: PhoneNumber) -> str:
        return "1." + _mac(self.master, "tag", number.e164).hex()

    def secret(self, verification_id: str, tag: str, purpose: str, context_digest: str) -> bytes:
        return _mac(self.master, "code", verification_id, tag, purpose, context_digest)

    def mac(self, label: str, value: bytes, at: datetime) -> str:
        return _mac(self.master, f"{at:%Y-%m}", label, value.hex()).hex()

    def recent(self, label: str, value: bytes, at: datetime) -> list[str]:
        return [self.mac(label, value, at), self.mac(label, value, at.replace(day=1) - timedelta(days=1))]

    def wrap(self, plain: bytes, bound_to: str) -> bytes:
        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(self.master).encrypt(nonce, plain, bound_to.encode())

    def unwrap(self, wrapped: bytes, bound_to: str) -> bytes:
        return AESGCM(self.master).decrypt(wrapped[:12], wrapped[12:], bound_to.encode())


@dataclass
class MemoryPending:
    keys: MemoryKeys

    def seal(self, verification_id: str, number: PhoneNumber) -> bytes:
        return self.keys.wrap(number.e164.encode(), verification_id)

    def open(self, verification_id: str, sealed: bytes) -> PhoneNumber:
        return known_phone_number(self.keys.unwrap(sealed, verification_id).decode())


@dataclass(repr=False)
class MemoryEnvelope:
    key: WrappedKey
    plain: bytes

    def seal(self, number: PhoneNumber) -> SealedNumber:
        nonce = secrets.token_bytes(12)
        return SealedNumber(self.key.key_id, nonce, AESGCM(self.plain).encrypt(nonce, number.e164.encode(), None))


@dataclass
class MemoryNumbers:
    """Sealer and opener; counts the openings."""

    keys: MemoryKeys
    opened: list[str] = field(default_factory=list)

    def envelope(self, customer_id: str) -> MemoryEnvelope:
        plain = secrets.token_bytes(32)
        name = new_id("number")
        return MemoryEnvelope(WrappedKey(customer_id, name, self.keys.wrap(plain, customer_id + name)), plain)

    def open(self, customer_id: str, sealed: SealedNumber, key: WrappedKey) -> PhoneNumber:
        self.opened.append(customer_id)
        plain = self.keys.unwrap(key.wrapped, customer_id + key.key_id)
        return known_phone_number(AESGCM(plain).decrypt(sealed.nonce, sealed.ciphertext, None).decode())


@dataclass
class MemoryCustomerLedger:
    keys: MemoryKeys
    bound_to: str

    def seal(self, event_id: str, payload: bytes) -> tuple[str, bytes]:
        salt = secrets.token_bytes(SALT_BYTES)
        return commit_to(salt, payload), self.keys.wrap(salt + payload, self.bound_to + event_id)

    def open(self, event_id: str, commitment: str, sealed: bytes) -> Opened:
        try:
            opened = self.keys.unwrap(sealed, self.bound_to + event_id)
        except (InvalidTag, ValueError):
            raise LedgerDamaged from None
        salt, payload = opened[:SALT_BYTES], opened[SALT_BYTES:]
        if commit_to(salt, payload) != commitment:
            raise LedgerDamaged
        return Opened(salt, payload)


@dataclass
class MemoryLedgerCipher:
    keys: MemoryKeys

    def new_key(self, customer_id: str) -> WrappedKey:
        return WrappedKey(customer_id, LEDGER_KEY, self.keys.wrap(b"ledger", customer_id))

    def unlock(self, key: WrappedKey) -> MemoryCustomerLedger:
        self.keys.unwrap(key.wrapped, key.customer_id)
        return MemoryCustomerLedger(self.keys, key.customer_id)


@dataclass
class Sms:
    """One SMS that the carrier took."""

    number: str
    body: str


@dataclass
class MemorySender:
    """A phone. `outcome` is what the next sends come to; `unknown` may or may not have been sent: here it was."""

    outcome: str = "accepted"
    sent: list[Sms] = field(default_factory=list)

    def attempt(self, number: PhoneNumber, body: str, reference: str, code_seconds: int | None = None) -> str:
        if self.outcome == "throttled":
            raise SmsThrottled
        if self.outcome in ("failed", "opted_out"):
            raise SmsRefused(self.outcome)
        self.sent.append(Sms(number.e164, body))
        if self.outcome == "unknown":
            raise TimeoutError
        return f"message-{len(self.sent)}"

    @property
    def last_code(self) -> str:
        return self.sent[-1].body[-6:]


@dataclass
class MemoryQueue:
    """What is left to do, as verification ids with their delays, oldest first."""

    waiting: list[tuple[str, int]] = field(default_factory=list)
    is_down: bool = False

    def put(self, verification_id: str, delay_seconds: int = 0) -> None:
        if self.is_down:
            raise Unavailable
        self.waiting.append((verification_id, delay_seconds))


@dataclass
class MemoryFeedback:
    """What a carrier was told about its messages."""

    told: dict[str, bool] = field(default_factory=dict)

    def tell(self, message_id: str, *, received: bool) -> None:
        self.told[message_id] = received


@dataclass
class MemoryJournal:
    """What was told, in order."""

    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def note(self, event: str, **figures: str | int | bool | None) -> None:
        self.notes.append((event, figures))


@dataclass
class MemoryTokens:
    """Believes `Bearer <client_id>/<subject>/<role>[ <role>…]`."""

    clock: FixedClock

    def verify(self, authorization: str) -> Caller:
        scheme, _, claims = authorization.partition(" ")
        parts = claims.split("/")
        if scheme != "Bearer" or len(parts) != 3:
            raise NotAuthenticated
        return Caller(parts[0], parts[1], frozenset(parts[2].split()), self.clock.now() + timedelta(hours=1))


@dataclass
class MemoryAdapters:
    """Takes the place of chalicelib.bootstrap.Adapters."""

    clock: FixedClock = field(default_factory=lambda: FixedClock(NOON))
    keys: MemoryKeys = field(default_factory=MemoryKeys)
    sender: MemorySender = field(default_factory=MemorySender)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    bus: MemoryBus = field(default_factory=MemoryBus)
    told: MemoryFeedback = field(default_factory=MemoryFeedback)
    signer: MemorySigner = field(default_factory=MemorySigner)
    archive: MemoryArchive = field(default_factory=MemoryArchive)
    policy: Policy = field(default_factory=lambda: read_policy(POLICY_FOLDER))
    strongroom_function: Strongroom | None = None

    @property
    def carriers(self) -> dict[str, MemorySender]:
        return dict.fromkeys(SENDERS, self.sender)

    @property
    def feedback(self) -> dict[str, MemoryFeedback]:
        return {"end_user_messaging": self.told}

    @cached_property
    def store(self) -> MemoryStore:
        return MemoryStore(self.clock)

    @cached_property
    def tokens(self) -> MemoryTokens:
        return MemoryTokens(self.clock)

    @property
    def index(self) -> MemoryKeys:
        return self.keys

    @property
    def codes(self) -> MemoryKeys:
        return self.keys

    @property
    def blinder(self) -> MemoryKeys:
        return self.keys

    @property
    def pending(self) -> MemoryPending:
        return MemoryPending(self.keys)

    @cached_property
    def sealer(self) -> MemoryNumbers:
        return MemoryNumbers(self.keys)

    @property
    def opener(self) -> MemoryNumbers:
        return self.sealer

    @property
    def ledger(self) -> MemoryLedgerCipher:
        return MemoryLedgerCipher(self.keys)


def memory_ringfence(adapters: MemoryAdapters | None = None) -> Ringfence:
    """Ringfence on these fakes."""
    return Ringfence(adapters or MemoryAdapters())  # type: ignore[arg-type]


def caller(role: str = "wallet", client_id: str = "wallet-app", subject: str = "backend") -> Caller:
    """A caller with one role."""
    return Caller(client_id, subject, frozenset({role}), NOON + timedelta(days=10_000))


def bearer(of: Caller) -> str:
    """What MemoryTokens believes to be this caller."""
    return f"Bearer {of.client_id}/{of.subject}/{' '.join(sorted(of.roles))}"
