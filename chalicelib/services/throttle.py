"""Admits or refuses by the sliding limits of the policy."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.errors import Contended
from chalicelib.domain.rules import Throttles
from chalicelib.domain.throttle import Limit, ThrottleLog, admit, first_admission
from chalicelib.ports import Blinder, Conflict, Insert, Replace, Store, Write


@dataclass(frozen=True)
class Throttle:
    """Every admission is a guarded write; a limit that cannot be checked refuses."""

    store: Store
    blinder: Blinder
    limits: Throttles

    def admit(
        self, name: str, subject: str, at: datetime, *writes: Write, kind: type[ThrottleLog] = ThrottleLog
    ) -> None:
        """The subject is admitted, and `writes` have happened in the same commit.

        The first try takes the key for idle, which is one write; a refusal brings what is stored, and the rules decide
        on that. Each further failure is another's admission, so there are at most as many as the limit allows.

        Args:
            name: the limit's name in the policy.
            subject: what is counted; it is blinded and never stored.
            kind: of log; says where it is kept.

        Raises:
            Throttled: a window is full.
            Conflict: one of `writes` was refused.
            Contended: too many others were admitted meanwhile.
        """
        limits: tuple[Limit, ...] = getattr(self.limits, name)
        admissions: dict[str, Write] = {
            key: Insert(first_admission(kind, key, limits, at)) for key in self._keys(name, subject, limits, at)
        }
        for _ in range(2 + max(limit.limit for limit in limits)):
            try:
                return self.store.commit(*admissions.values(), *writes)
            except Conflict as conflict:
                if any(refused is not kind for refused, _ in conflict.refused):
                    raise
                stored = [log for _, log in conflict.refused if isinstance(log, ThrottleLog)]
                if len(stored) < len(conflict.refused):
                    # Some log lapsed while we looked.
                    admissions = {key: Insert(first_admission(kind, key, limits, at)) for key in admissions}
                for log in stored:
                    admissions[log.key] = Replace(log, admit(log, name, limits, at))
        raise Contended

    def _keys(self, name: str, subject: str, limits: tuple[Limit, ...], at: datetime) -> set[str]:
        # The blinding key changes with the month. While a window reaches back into the last one, both logs count.
        longest = timedelta(seconds=max(limit.window_seconds for limit in limits))
        return {f"{name}#{self.blinder.mac(name, subject.encode(), instant)}" for instant in (at, at - longest)}

    def keys(self, name: str, subject: str, at: datetime) -> list[str]:
        """The keys of all logs of a subject that can still be alive, so that they can be erased."""
        return [f"{name}#{mac}" for mac in self.blinder.recent(name, subject.encode(), at)]
