"""Shows a customer's number to a person, for a contact token and a reason."""

from dataclasses import dataclass, replace

from chalicelib.domain.access import AccessLogEntry, access
from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import NotReplayable
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.ports import Clock
from chalicelib.services.contact_use import ContactUse
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.opening import Opening


@dataclass(frozen=True)
class RevealNumber:
    """One number, once; never a list."""

    clock: Clock
    idempotency: Idempotency
    contact_use: ContactUse
    opening: Opening

    def __call__(self, caller: Caller, token: str, justification: str, keyed: KeyedRequest | None) -> PhoneNumber:
        """The number in clear; the token is used and the access is logged with its justification.

        Raises:
            ContactTokenInvalid, Throttled: nothing was opened.
            NotReplayable, IdempotencyKeyReused: the key was used before, with the same body or another.
            Contended: the number was erased after the token was used.
        """
        return self.opening.open(
            *self.idempotency.once(keyed, lambda: self._consume(caller, token, justification, keyed), _refuse)
        )

    def _consume(
        self, caller: Caller, token: str, justification: str, keyed: KeyedRequest | None
    ) -> tuple[Customer, AccessLogEntry]:
        at = self.clock.now()
        used, customer = self.contact_use.admitted(caller, token, "call", at)
        entry = access(caller, customer.id, "reveal", used.purpose, "call", used.evidence, at)
        entry = replace(entry, justification=justification)
        claim = self.idempotency.claim(keyed, "reveal", customer.id, at)
        self.contact_use.consume(used, customer, entry, at, *claim)
        return customer, entry


def _refuse(_earlier: str) -> tuple[Customer, AccessLogEntry]:
    raise NotReplayable
