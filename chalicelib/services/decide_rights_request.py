"""An officer's word on what a customer asks for by right."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.policy import Policy
from chalicelib.domain.rights import RightsRequest, answered, extended, refused
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import changed, existing
from chalicelib.services.idempotency import Idempotency

Rule = Callable[[RightsRequest, datetime], RightsRequest]


@dataclass(frozen=True)
class DecideRightsRequest:
    """Each word is committed on what stands there, so that of two officers one decides."""

    policy: Policy
    clock: Clock
    store: Store
    idempotency: Idempotency

    def extend(self, request_id: str, reason: str, keyed: KeyedRequest | None) -> RightsRequest:
        """The answer may take longer, once, for this reason.

        Raises:
            NotFound: there is no such request.
            FieldInvalid, RightsRequestClosed, ExtensionNotPossible: as `rights.extended` says.
            IdempotencyKeyReused: the key was used with another body.
        """
        return self._decide(request_id, keyed, lambda it, at: extended(it, reason, at, self.policy.rules))

    def answer(self, caller: Caller, request_id: str, note: str | None, keyed: KeyedRequest | None) -> RightsRequest:
        """The customer has what they asked for; the note says what.

        Raises:
            NotFound: there is no such request.
            FieldInvalid, RightsRequestClosed: as `rights.answered` says.
            IdempotencyKeyReused: the key was used with another body.
        """
        rules = self.policy.rules
        return self._decide(request_id, keyed, lambda it, at: answered(it, at, rules, note=note, by=caller.subject))

    def refuse(self, caller: Caller, request_id: str, reason: str, keyed: KeyedRequest | None) -> RightsRequest:
        """The customer is told why not, and by which law.

        Raises:
            NotFound: there is no such request.
            FieldInvalid, RightsRequestClosed: as `rights.refused` says.
            IdempotencyKeyReused: the key was used with another body.
        """
        rules = self.policy.rules
        return self._decide(request_id, keyed, lambda it, at: refused(it, reason, at, rules, by=caller.subject))

    def _decide(self, request_id: str, keyed: KeyedRequest | None, rule: Rule) -> RightsRequest:
        def attempt() -> RightsRequest:
            request, at = existing(self.store, RightsRequest, request_id), self.clock.now()
            return changed(
                self.store,
                request,
                lambda it: rule(it, at),
                lambda it: self.idempotency.claim(keyed, it.id, it.id, at),
            )

        return self.idempotency.once(keyed, attempt, lambda earlier: existing(self.store, RightsRequest, earlier))
