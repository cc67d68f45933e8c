"""Does what a customer asked for by right, where no person is needed."""

from dataclasses import dataclass

from chalicelib.domain.caller import Caller
from chalicelib.domain.errors import CustomerPurged, HoldActive
from chalicelib.domain.policy import Policy
from chalicelib.domain.rights import RightsRequest, answered, refused
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import changed
from chalicelib.services.erase_customer import EraseCustomer
from chalicelib.services.object_to_use import ObjectToUse


@dataclass(frozen=True)
class GrantRight:
    """What is asked for happens before the request says so, and can happen twice."""

    policy: Policy
    clock: Clock
    store: Store
    erase_customer: EraseCustomer
    object_to_use: ObjectToUse

    def __call__(self, caller: Caller, request: RightsRequest) -> RightsRequest:
        """The request is answered, or refused for a hold.

        Access, portability and explanation are answered by where everything is: `GET /v1/customers/{id}/export` and
        `/access-log`, open to the customer at any time.

        Args:
            request: an open one that answers itself.

        Raises:
            NotFound: there is no such customer any more.
            Contended, Unavailable: the request is still open.
        """
        held = self._held_for(caller, request.customer_id) if request.kind == "erasure" else None
        if request.kind == "objection":
            self.object_to_use(caller, request.customer_id)
        rules, at = self.policy.rules, self.clock.now()

        def closed(it: RightsRequest) -> RightsRequest:
            if not it.is_open:
                return it
            return refused(it, held, at, rules) if held else answered(it, at, rules)

        return changed(self.store, request, closed)

    def _held_for(self, caller: Caller, customer_id: str) -> str | None:
        """The customer is erased, or the reason for which they cannot be yet."""
        try:
            self.erase_customer(caller, customer_id, False, None)
        except HoldActive as hold:
            # A case is no law: GDPR 17(3)(e), and not (b).
            return "hold_active" if hold.laws else "legal_claims"
        except CustomerPurged:
            # So long ago that even the certificate has ended.
            return None
        return None
