"""Uses a contact token up."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.caller import Caller
from chalicelib.domain.contact import ContactToken, token_digest
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import ContactTokenInvalid
from chalicelib.domain.gate import decide
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
        if customer is None or customer.version != found.customer_version:
            raise ContactTokenInvalid
        if not decide(customer, found.question, self.policy, at).permitted:
            raise ContactTokenInvalid
        return found, customer

    def consume(
        self, token: ContactToken, customer: Customer, entry: AccessLogEntry, at: datetime, *writes: Write
    ) -> None:
        """The token is used, the access is logged and `writes` have happened, all in one commit.

        Raises:
            ContactTokenInvalid: somebody was quicker, or what the token rests on has changed.
            Conflict: one of `writes` was refused.
        """
        # The head is expected unchanged: a withdrawal that was answered before this commit kills the token here.
        try:
            self.store.commit(Replace(token, token.used(at)), Expect(customer), Insert(entry), *writes)
        except Conflict as conflict:
            if conflict.hit(ContactToken) or conflict.hit(Customer):
                raise ContactTokenInvalid from None
            raise
