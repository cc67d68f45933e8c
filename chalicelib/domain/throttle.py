"""Throttles: exact limits over sliding windows, decided from the instants admitted so far."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import TypeVar

from chalicelib.domain.errors import Throttled


@dataclass(frozen=True)
class Limit:
    """At most `limit` admissions in any window of `window_seconds`.

    Attributes:
        first_pause_seconds: if above 0, a full window does not refuse for good: the next admission waits this long
            after the last, and each further one twice as long.
        longest_pause_seconds: what no pause exceeds. Source: SP 800-63B-4 (pauses from 30 s up to an hour).
    """

    limit: int
    window_seconds: int
    first_pause_seconds: int = 0
    longest_pause_seconds: int = 0

    def refuses_before(self, other: "Limit") -> bool:
        """True if whatever this one admits leaves room in the other."""
        return self.limit < other.limit and self.window_seconds >= other.window_seconds


@dataclass(frozen=True)
class ThrottleLog:
    """The admissions of one key that still count for its longest window.

    Attributes:
        key: the blinded key; never the thing itself.
        admitted: instants of admission, oldest first.
        lapses_at: when the last of them leaves the longest window, and the log is as good as absent.
    """

    key: str
    admitted: tuple[datetime, ...]
    lapses_at: datetime
    version: str = ""

    @property
    def name(self) -> str:
        """The limit's name in the policy."""
        return self.key.partition("#")[0]


class OpeningLog(ThrottleLog):
    """The same for the openings of numbers. It stands apart, where nobody but the strongroom may write."""


L = TypeVar("L", bound=ThrottleLog)


def first_admission(kind: type[L], key: str, limits: tuple[Limit, ...], at: datetime) -> L:
    """The log of a key that was never seen, or not for so long that nothing counts."""
    return kind(key, (at,), at + _longest(limits))


def admit(log: L, name: str, limits: tuple[Limit, ...], at: datetime) -> L:
    """The log with one more admission.

    Args:
        log: what is stored now.
        name: the limit's name in the policy, for the refusal.
        limits: every one of them must hold.
        at: the instant of the request.

    Raises:
        Throttled: some window is full. The one that stays full the longest is named.
    """
    refusals = [refusal for limit in limits if (refusal := _refusal(log, name, limit, at))]
    if refusals:
        raise max(refusals, key=lambda refusal: refusal.retry_at)
    horizon = at - _longest(limits)
    return replace(
        log,
        admitted=(*(instant for instant in log.admitted if instant > horizon), at),
        lapses_at=max(log.lapses_at, at + _longest(limits)),
    )


def _refusal(log: ThrottleLog, name: str, limit: Limit, at: datetime) -> Throttled | None:
    window = timedelta(seconds=limit.window_seconds)
    counted = sorted(instant for instant in log.admitted if instant > at - window)
    beyond = len(counted) - limit.limit
    if beyond < 0:
        return None
    retry_at = counted[-limit.limit] + window
    if limit.first_pause_seconds:
        # Bounded before the shift: a number of a thousand bits is no timedelta.
        pause = min(limit.first_pause_seconds << min(beyond, 20), limit.longest_pause_seconds)
        retry_at = min(retry_at, counted[-1] + timedelta(seconds=pause))
        if retry_at <= at:
            return None
    return Throttled(name, limit.limit, limit.window_seconds, retry_at, max(1, ceil((retry_at - at).total_seconds())))


def _longest(limits: tuple[Limit, ...]) -> timedelta:
    return timedelta(seconds=max(limit.window_seconds for limit in limits))
