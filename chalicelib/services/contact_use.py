"""Uses a contact token up."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.caller import Caller
from chalicelib.domain.cap import MONTH, Share
from chalicelib.domain.contact import ContactToken, token_digest
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import ContactTokenInvalid
from chalicelib.domain.gate import counted, decide
from chalicelib.domain.policy import Policy
from chalicelib.domain.writes import Conflict, Expect, Insert, Replace, Write
from chalicelib.ports import Store
from chalicelib.services.concurrently import together
from chalicelib.services.opening import Opening


@dataclass(frozen=True)
class ContactUse:
    """A token is worth what the gate says at the moment of its use, and is used once."""

    policy: Policy
    store: Store
    opening: Opening

    def admitted(self, caller: Caller, token: str, channel: str, at: datetime) -> tuple[ContactToken, Customer]:
        """The caller's own live token and its customer, decided anew.

        Raises:
            ContactTokenInvalid: it permits nothing, or not this caller, or not now.
            Throttled: the caller opens too much.
        """
        found = self.store.get(ContactToken, token_digest(token))
        if (
            found is None
            or found.used_at is not None
            or found.client_id != caller.client_id
            or found.subject != caller.subject
            or found.channel != channel
        ):
            raise ContactTokenInvalid
        _, customer = together(
            lambda: self.opening.admit(caller, at), lambda: self.store.get(Customer, found.customer_id)
        )
        return found, self._permitted(found, customer, at)

    def consume(
        self, token: ContactToken, customer: Customer, entry: AccessLogEntry, at: datetime, *writes: Write
    ) -> None:
        """The token is used, the access is logged and `writes` have happened, all in one commit.

        Raises:
            ContactTokenInvalid: somebody was quicker, or what the token rests on has changed.
            Conflict: one of `writes` was refused.
        """
        # The head is expected unchanged: a withdrawal that was answered before this commit kills the token here.
        # Another contact may have moved its shares meanwhile, and that kills nothing.
        while True:
            try:
                head = self._counted(token, customer, at)
                return self.store.commit(Replace(token, token.used(at)), head, Insert(entry), *writes)
            except Conflict as conflict:
                if conflict.hit(ContactToken):
                    raise ContactTokenInvalid from None
                if not conflict.only(Customer):
                    raise
                customer = self._permitted(token, conflict.current(Customer), at)

    def _permitted(self, token: ContactToken, customer: Customer | None, at: datetime) -> Customer:
        if customer is None or customer.ground != token.ground:
            raise ContactTokenInvalid
        if not decide(customer, token.question, self.policy, at, token.digest).permitted:
            raise ContactTokenInvalid
        return customer

    def _counted(self, token: ContactToken, customer: Customer, at: datetime) -> Write:
        head = counted(customer, token.purpose, Share(token.digest, at + MONTH), self.policy, at)
        return Replace(customer, head) if head is not customer else Expect(customer)
