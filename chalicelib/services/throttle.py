"""Admits or refuses by the sliding limits of the policy."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from chalicelib.domain.errors import Contended
from chalicelib.domain.throttle import Limit, ThrottleLog, admit, first_admission
from chalicelib.domain.throttle_rules import Throttles
from chalicelib.domain.writes import Absent, Conflict, Expect, Insert, Replace, Write
from chalicelib.ports import Blinder, Store

L = TypeVar("L", bound=ThrottleLog)


@dataclass(frozen=True)
class Throttle:
    """Every admission is a guarded write; a limit that cannot be checked refuses."""

    store: Store
    blinder: Blinder
    limits: Throttles

    def keys(self, name: str, subject: str, at: datetime) -> tuple[str, ...]:
        """The logs that count the subject, blinded.

        The blinding key changes with the month. While a window reaches back into the last one, both logs count.

        Args:
            name: the limit's name in the policy.
            subject: what is counted; it is blinded and never stored.
        """
        return self.keys_of_any(name, (subject,), at)

    def keys_of_any(self, name: str, subjects: Iterable[str], at: datetime) -> tuple[str, ...]:
        """The logs that count a subject with several names: all of them do, so that it cannot lose its count with one.

        So a number is counted under its tags by all live keys of the index, and a rotation gives nobody a new budget.
        """
        longest = timedelta(seconds=max(limit.window_seconds for limit in self._limits(name)))
        named = [(subject.encode(), instant) for subject in subjects for instant in (at, at - longest)]
        return tuple(sorted({f"{name}#{self.blinder.mac(name, *each)}" for each in named}))

    def admit(
        self,
        keys: Iterable[str],
        at: datetime,
        *writes: Write,
        watched: Iterable[str] = (),
        kind: type[L] = ThrottleLog,  # type: ignore[assignment]
    ) -> tuple[L, ...]:
        """One more admission stands in every log, and `writes` have happened in the same commit; returns the logs.

        The first try takes every key for idle, which is one write each; a refusal brings what is stored, and the rules
        decide on that. Each further failure is another's admission, so there are at most as many as the limits allow.

        Args:
            keys: of the logs, as `keys` makes them.
            watched: keys of logs that must have room, but are not admitted to.
            kind: of log; says where it is kept.

        Raises:
            Throttled: a window is full.
            Conflict: one of `writes` was refused.
            Contended: too many others were admitted meanwhile.
        """
        keys, watched = tuple(keys), tuple(watched)
        planned = self._idle(kind, keys, watched, at)
        rounds = 2 + sum(limit.limit for key in (*keys, *watched) for limit in self._limits_of(key))
        for _ in range(rounds):
            try:
                self.store.commit(*planned.values(), *writes)
            except Conflict as conflict:
                others = [each for each in conflict.refused if each[0] is not kind]
                if others:
                    raise Conflict(others) from None
                stored = [log for _, log in conflict.refused if isinstance(log, kind)]
                if len(stored) < len(conflict.refused):
                    # Some log lapsed while we looked.
                    planned = self._idle(kind, keys, watched, at)
                for log in stored:
                    admitted = admit(log, log.name, self._limits_of(log.key), at)
                    planned[log.key] = Expect(log) if log.key in watched else Replace(log, admitted)
            else:
                return tuple(_written(kind, planned[key]) for key in keys)
        raise Contended

    def _idle(self, kind: type[L], keys: Iterable[str], watched: Iterable[str], at: datetime) -> dict[str, Write]:
        planned: dict[str, Write] = {key: Absent(kind, (key,)) for key in watched}
        return planned | {key: Insert(first_admission(kind, key, self._limits_of(key), at)) for key in keys}

    def _limits_of(self, key: str) -> tuple[Limit, ...]:
        return self._limits(key.partition("#")[0])

    def _limits(self, name: str) -> tuple[Limit, ...]:
        limits: tuple[Limit, ...] = getattr(self.limits, name)
        return limits


def _written(kind: type[L], write: Write) -> L:
    record = write.after if isinstance(write, Replace) else write.record if isinstance(write, Insert) else None
    assert isinstance(record, kind)
    return record
