"""The ports in memory: what the services are tested on. The contract suites hold them to what AWS does."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from chalicelib.adapters.policy_files import read_policy
from chalicelib.bootstrap import Ringfence
from chalicelib.domain.caller import Caller
from chalicelib.domain.errors import NotAuthenticated, SmsRefused, SmsThrottled, Unavailable
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.policy import Policy
from chalicelib.domain.sending_rules import SENDERS
from chalicelib.ports import Strongroom
from infra.local.purge_queue import ListedPurges
from tests.clock import FixedClock
from tests.memory_archive import MemoryArchive
from tests.memory_bus import MemoryBus
from tests.memory_import_box import MemoryImportBox
from tests.memory_keys import MemoryKeys, MemoryLedgerCipher, MemoryNumbers, MemoryPending
from tests.memory_opt_outs import MemoryOptOuts
from tests.memory_signer import MemorySigner
from tests.memory_store import MemoryStore

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
POLICY_FOLDER = Path(__file__).parent.parent / "chalicelib" / "policy"


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
class MemoryCapacity:
    """Each look costs a unit and a half."""

    looks: int = 0

    def half_units(self) -> int:
        self.looks += 1
        return 3 * self.looks


@dataclass
class MemoryFeedback:
    """What a carrier was told about its messages."""

    told: dict[str, bool] = field(default_factory=dict)

    def tell(self, message_id: str, *, received: bool) -> None:
        self.told[message_id] = received


@dataclass
class MemoryLookup:
    """A provider that names one carrier for every number, and was asked for some.

    Attributes:
        now: the carrier; None if the provider does not say.
    """

    now: str | None = "Carrier One"
    is_down: bool = False
    asked: list[str] = field(default_factory=list)

    def carrier(self, number: PhoneNumber) -> str | None:
        self.asked.append(number.e164)
        if self.is_down:
            raise Unavailable
        return self.now


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


@cache
def policy_in(folder: Path = POLICY_FOLDER) -> Policy:
    """The policy that stands there, and stays as it is: to read one takes longer than most tests."""
    return read_policy(folder)


@dataclass
class MemoryAdapters:
    """Takes the place of chalicelib.bootstrap.Adapters."""

    clock: FixedClock = field(default_factory=lambda: FixedClock(NOON))
    keys: MemoryKeys = field(default_factory=MemoryKeys)
    sender: MemorySender = field(default_factory=MemorySender)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    purges: ListedPurges = field(default_factory=ListedPurges)
    capacity: MemoryCapacity = field(default_factory=MemoryCapacity)
    bus: MemoryBus = field(default_factory=MemoryBus)
    lookup: MemoryLookup = field(default_factory=MemoryLookup)
    opt_outs: MemoryOptOuts = field(init=False)
    told: MemoryFeedback = field(default_factory=MemoryFeedback)
    signer: MemorySigner = field(default_factory=MemorySigner)
    archive: MemoryArchive = field(default_factory=MemoryArchive)
    import_box: MemoryImportBox = field(default_factory=MemoryImportBox)
    policy: Policy = field(default_factory=policy_in)
    strongroom_function: Strongroom | None = None

    def __post_init__(self) -> None:
        self.opt_outs = MemoryOptOuts(self.clock)

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
