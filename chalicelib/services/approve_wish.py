"""Gives a second person's word that a minor's number may be shown."""

from dataclasses import dataclass

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.errors import NotFound
from chalicelib.domain.reveal_approval import RevealApproval, approval_key
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import changed, existing
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.watch_reveals import WatchReveals


@dataclass(frozen=True)
class ApproveWish:
    """The colleague says whose number it is about: nobody agrees without knowing to what."""

    clock: Clock
    store: Store
    idempotency: Idempotency
    watch: WatchReveals

    def __call__(
        self, caller: Caller, approval_id: str, customer_id: str, keyed: KeyedRequest | None
    ) -> RevealApproval:
        """The wish has the caller's word, or another colleague's before.

        Raises:
            NotFound: nothing waits under this id for this customer, or the ten minutes are over.
            NotPermitted: it is the caller's own wish.
            PersonPaused: the caller is shown nothing for now, and has others shown nothing.
            IdempotencyKeyReused: the key was used for another wish.
        """

        def rebuilt(key: str) -> RevealApproval:
            earlier = existing(self.store, RevealApproval, key)
            if earlier.id != approval_id:
                raise NotFound
            return earlier

        return self.idempotency.once(keyed, lambda: self._approve(caller, approval_id, customer_id, keyed), rebuilt)

    def _approve(
        self, caller: Caller, approval_id: str, customer_id: str, keyed: KeyedRequest | None
    ) -> RevealApproval:
        at = self.clock.now()
        self.watch.of(caller, at)
        found = existing(self.store, RevealApproval, approval_key(approval_id))
        claim = self.idempotency.claim(keyed, found.wish.key, found.wish.customer_id, at)
        return changed(self.store, found, lambda it: it.approved(approval_id, customer_id, caller), lambda _: claim)
