"""Does what a customer asked for by right, where no person is needed."""

from dataclasses import dataclass

from chalicelib.domain.caller import Caller
from chalicelib.domain.customer import Customer
from chalicelib.domain.holds import holding
from chalicelib.domain.policy import Policy
from chalicelib.domain.rights import RightsRequest, answered, refused
from chalicelib.domain.schedule import ERASURE_ASKED
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import changed
from chalicelib.services.close_customer import CloseCustomer
from chalicelib.services.object_to_use import ObjectToUse


@dataclass(frozen=True)
class GrantRight:
    """What is asked for happens before the request says so, and can happen twice."""

    policy: Policy
    clock: Clock
    store: Store
    close_customer: CloseCustomer
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
        held = False
        if request.kind == "objection":
            self.object_to_use(caller, request.customer_id)
        elif request.kind == "erasure":
            held = self._is_held(self.close_customer(request.customer_id, None, ERASURE_ASKED))
        rules, at = self.policy.rules, self.clock.now()

        def closed(it: RightsRequest) -> RightsRequest:
            if not it.is_open:
                return it
            return refused(it, "hold_active", at, rules) if held else answered(it, at, rules)

        return changed(self.store, request, closed)

    def _is_held(self, customer: Customer) -> bool:
        # Where nothing holds, the next purge takes them: they are due.
        return bool(customer.cases or holding(customer, self.policy.rules, self.clock.now()))
