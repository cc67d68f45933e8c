"""What stands between a start and the carrier: Ringfence itself, or one limit alone to compare with.

Ringfence's own ports are those of tests/fakes.py, in memory: the contract suites hold them to what AWS does. All else
is the product.
"""

from collections import defaultdict, deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Protocol

from chalicelib.domain.errors import (
    CodeIncorrect,
    RingfenceError,
    SpendLimitReached,
    Throttled,
    Unavailable,
    VerificationExpired,
)
from chalicelib.domain.policy import Policy
from chalicelib.domain.sending_rules import ANY_COUNTRY, MICRO, Country, Spending
from chalicelib.domain.verification import Verification
from chalicelib.services.start_request import StartRequest
from infra.local.simulate.countries import MARKETS, UNSEEN
from tests.clock import FixedClock
from tests.fakes import MemoryAdapters, bearer, caller, memory_ringfence
from tests.memory_keys import MemoryKeys

# Somebody who is not told how long comes back after a minute.
UNTOLD_SECONDS = 60.0
# What is nobody's mistake: a mistake of this simulator would end it.
REFUSALS = (Throttled, SpendLimitReached, Unavailable)
# A Monday, far from the end of a month.
MIDNIGHT = datetime(2026, 11, 16, tzinfo=UTC)


@dataclass(eq=False)
class TurnedAway(Exception):
    """No SMS is sent.

    Attributes:
        rule: which one says so.
        wait_seconds: until it is worth trying again.
    """

    rule: str
    wait_seconds: float


class Line(Protocol):
    """The way to an SMS. It takes what happens in order of time."""

    @property
    def sent(self) -> int:
        """SMS that the carrier took."""
        ...

    def start(self, at: float, number: str, ip: str, device: str, /) -> str:
        """A code was sent, and this is its verification.

        Raises:
            TurnedAway: it was not.
        """
        ...

    def resend(self, at: float, verification: str, /) -> None:
        """The code was sent again.

        Raises:
            TurnedAway: it was not.
        """
        ...

    def enter(self, at: float, verification: str, /, *, right: bool) -> bool:
        """A code was typed in; True if it proved the number."""
        ...


@dataclass
class OneLimit:
    """At most so many sends in a window, of one number or of all together, and nothing else."""

    most: int
    window_seconds: float
    by_number: bool
    sent: int = 0
    _recent: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def start(self, at: float, number: str, _ip: str, _device: str) -> str:
        self.resend(at, number)
        return number

    def resend(self, at: float, verification: str) -> None:
        recent = self._recent[verification if self.by_number else ""]
        while recent and recent[0] <= at - self.window_seconds:
            recent.popleft()
        if len(recent) >= self.most:
            raise TurnedAway("limit", recent[0] + self.window_seconds - at)
        recent.append(at)
        self.sent += 1

    def enter(self, _at: float, _verification: str, *, right: bool) -> bool:
        return right


class Services:
    """Ringfence, with the policy as packaged but for this wallet's countries and budget."""

    def __init__(self, seed: int, scale: float) -> None:
        clock, keys = FixedClock(MIDNIGHT), MemoryKeys(sha256(f"simulate {seed}".encode()).digest())
        self._adapters = MemoryAdapters(clock, keys)
        self._adapters.policy = wallet_policy(self._adapters.policy, scale)
        self._ringfence = memory_ringfence(self._adapters)
        self._wallet = caller()
        self._codes: dict[str, str] = {}

    @property
    def sent(self) -> int:
        return len(self._adapters.sender.sent)

    def start(self, at: float, number: str, ip: str, device: str) -> str:
        self._move_to(at)
        request = StartRequest("signup", number, ip=ip, device_id=device)
        try:
            started: Verification = self._ringfence.start_verification(
                self._wallet, bearer(self._wallet), request, None
            )
        except REFUSALS as refusal:
            raise self._turned_away(refusal) from None
        self._codes[started.id] = self._adapters.sender.last_code
        return started.id

    def resend(self, at: float, verification: str) -> None:
        self._move_to(at)
        try:
            self._ringfence.resend_code(self._wallet, bearer(self._wallet), verification, None)
        except REFUSALS as refusal:
            raise self._turned_away(refusal) from None

    def enter(self, at: float, verification: str, *, right: bool) -> bool:
        self._move_to(at)
        code = self._codes[verification]
        typed = code if right else f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"
        try:
            self._ringfence.check_code(self._wallet, verification, typed, None, None)
        except (CodeIncorrect, VerificationExpired):
            return False
        return True

    def _move_to(self, at: float) -> None:
        self._adapters.clock.at = MIDNIGHT + timedelta(seconds=at)
        # Kept for tests that look back; a day of it is too much.
        self._adapters.store.commits.clear()
        self._adapters.journal.notes.clear()

    def _turned_away(self, refusal: RingfenceError) -> TurnedAway:
        rule = refusal.limit if isinstance(refusal, Throttled) else type(refusal).__name__
        # The guard names its rule in the journal only.
        for event, figures in self._adapters.journal.notes:
            if event == "guard" and figures["scope"] == rule:
                rule = f"{rule} {figures['rule']}"
                break
        return TurnedAway(rule, float(getattr(refusal, "retry_after_seconds", UNTOLD_SECONDS)))


def wallet_policy(packaged: Policy, scale: float) -> Policy:
    """The packaged policy for a wallet with these countries, which may spend twice what an ordinary day costs."""
    countries = {region: market.rules(scale) for region, market in MARKETS.items()}
    ordinary = sum(market.daily * scale * countries[region].price / MICRO for region, market in MARKETS.items())
    day = max(2000.0, 2 * ordinary)
    spending = Spending(f"{day / 5:.2f}", f"{day:.2f}", f"{20 * day:.2f}", packaged.rules.spending.alarm_percent)
    other = {ANY_COUNTRY: Country(UNSEEN.price_usd)}
    return replace(packaged, rules=replace(packaged.rules, countries=countries | other, spending=spending))
