"""Bounds what one wallet client starts, all its users together."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from chalicelib.domain.errors import Throttled
from chalicelib.domain.meter import Meter, new_meter, one_more, opens_at, room
from chalicelib.domain.moving import Move
from chalicelib.domain.throttle_rules import Throttles
from chalicelib.services.moving_rows import MovingRows

SHARDS = 16


@dataclass(frozen=True)
class WalletThrottle:
    """A random shard is asked, and if it is full another."""

    rows: MovingRows
    limits: Throttles

    def admit(self, client_id: str, at: datetime) -> str:
        """One more start of the client is counted; returns the row that counts it.

        Raises:
            Throttled: two shards are full.
        """
        # A busy row never lapses, so another window gets rows of its own.
        name, first = f"{client_id}#{self.limits.wallet.window_seconds}", secrets.randbelow(SHARDS)
        try:
            return self._admit(f"{name}#{first}", at)
        except Throttled:
            return self._admit(f"{name}#{(first + 1 + secrets.randbelow(SHARDS - 1)) % SHARDS}", at)

    def give_back(self, row: str, at: datetime) -> None:
        """The start that was counted at this instant counts no more, unless its twelfth of the window is over."""

        def decide(meter: Meter) -> Move:
            return Move({"count": -1} if meter.counts(at) else {})

        self.rows.move(new_meter(row, self.limits.wallet, at), at, decide)

    def _admit(self, row: str, at: datetime) -> str:
        limit = self.limits.wallet
        share = limit.limit // SHARDS

        def decide(meter: Meter) -> Move:
            if room(meter, share) <= 0:
                retry_at = opens_at(meter, share)
                seconds = max(1, ceil((retry_at - at).total_seconds()))
                raise Throttled("wallet", limit.limit, limit.window_seconds, retry_at, seconds)
            return one_more(meter, share)

        return self.rows.move(new_meter(row, limit, at), at, decide).key
