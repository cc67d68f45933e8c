"""Puts data keys under the KMS key that is in use, after another one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.domain.customer import WrappedKey
from chalicelib.domain.writes import Conflict, Replace
from chalicelib.ports import KeyWrapper, Store
from chalicelib.services.judging import SHARES, judged


@dataclass(frozen=True)
class RewrapReport:
    """What one share came to.

    Attributes:
        seen: how many data keys were judged, failures included.
        rewrapped: those that were under another KMS key.
        failures: counts by kind of error.
        complete: False if a part of the share was not reached.
    """

    seen: int
    rewrapped: int
    failures: Mapping[str, int]
    complete: bool


@dataclass(frozen=True)
class RewrapKeys:
    """KMS does it by itself: nobody sees a data key, and whoever may do this can open nothing.

    A share at a time, in any order and as often as one likes. Functions that know both keys open either meanwhile.
    """

    store: Store
    wrapper: KeyWrapper

    def __call__(self, share: int, time_left: Callable[[], bool]) -> RewrapReport:
        """Every data key of the share is under the KMS key in use, as far as the time allows.

        Args:
            share: from 0 to below SHARES.
            time_left: False when no further row should be begun.
        """
        found = judged(self.store.share(WrappedKey, share, SHARES), self._rewrapped, time_left)
        return RewrapReport(found.seen, len(found.findings), dict(found.failures), found.complete)

    def _rewrapped(self, customer_id: str, key_id: str) -> bool:
        key = self.store.get(WrappedKey, customer_id, key_id)
        after = self.wrapper.rewrap(key) if key is not None else None
        if key is None or after is None or after is key:
            return False
        try:
            self.store.commit(Replace(key, after))
        except Conflict:
            # Erased meanwhile, which must not be undone; or another run was faster.
            return False
        return True
