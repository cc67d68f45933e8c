"""Idempotency: what a repeated request must match, and what it points to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Long enough for any client's retries; the resource's own life may end sooner.
CLAIM_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, repr=False)
class KeyedRequest:
    """A request that came with an Idempotency-Key."""

    client_id: str
    route: str
    key: str
    body: bytes

    @property
    def claim_key(self) -> str:
        """The key in its scope: client and route."""
        return f"{self.client_id}|{self.route}|{self.key}"


@dataclass(frozen=True)
class Claim:
    """The first request under a key, and what it made. Never an answer, never a body.

    Attributes:
        key: client, route and Idempotency-Key.
        body_mac: keyed MAC of the body.
        resource: pointer from which the answer is rebuilt.
        owner: tag or customer whose erasure takes this row along.
    """

    key: str
    body_mac: str
    resource: str
    owner: str
    lapses_at: datetime
    version: str = ""
