"""One effect for one Idempotency-Key, however often it is sent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from chalicelib.domain.claim import CLAIM_LIFETIME, Claim, KeyedRequest
from chalicelib.domain.errors import IdempotencyKeyReused, Refused
from chalicelib.domain.writes import Conflict, Insert
from chalicelib.ports import Blinder, Clock, Store

T = TypeVar("T")
LABEL = "body"


@dataclass(frozen=True)
class Idempotency:
    """Claims stand in the same commit as what they claim, so that there is never one without the other."""

    store: Store
    blinder: Blinder
    clock: Clock

    def claim(self, keyed: KeyedRequest | None, resource: str, owner: str, at: datetime) -> tuple[Insert[Claim], ...]:
        """The write that claims the key for what this commit makes; none if the request has no key.

        Args:
            resource: pointer from which `once` rebuilds the answer.
            owner: tag or customer id whose erasure takes the claim along.
        """
        if keyed is None:
            return ()
        mac = self.blinder.mac(LABEL, keyed.body, at)
        return (Insert(Claim(keyed.claim_key, mac, resource, owner, at + CLAIM_LIFETIME)),)

    def once(self, keyed: KeyedRequest | None, attempt: Callable[[], T], rebuild: Callable[[str], T]) -> T:
        """The result of `attempt`, or what an earlier request under the same key made, rebuilt.

        The claim is looked up only after a refusal: a repeat runs into its own claim, or into the state that the
        first request left, and either way the first answer counts.

        Args:
            attempt: ends with the commit that holds the claim. What follows a commit (an SMS, an opening) stays
                outside: its refusal would find the claim that was just written.

        Raises:
            IdempotencyKeyReused: the earlier request had another body.
            Refused, Conflict: whatever `attempt` raised, if there was no earlier request.
        """
        try:
            return attempt()
        except (Refused, Conflict):
            earlier = self._earlier(keyed)
            if earlier is None:
                raise
        return rebuild(earlier)

    def _earlier(self, keyed: KeyedRequest | None) -> str | None:
        if keyed is None:
            return None
        claim = self.store.get(Claim, keyed.claim_key)
        if claim is None:
            return None
        if claim.body_mac not in self.blinder.recent(LABEL, keyed.body, self.clock.now()):
            raise IdempotencyKeyReused
        return claim.resource
