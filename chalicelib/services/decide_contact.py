"""Answers whether a customer may be contacted now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.contact import ContactToken, new_token, token_digest
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import FieldInvalid, NotFound, NotReplayable
from chalicelib.domain.gate import ContactQuestion, Decision, decide
from chalicelib.domain.policy import Policy
from chalicelib.domain.writes import Insert, Write
from chalicelib.ports import Clock, Store
from chalicelib.services.idempotency import Idempotency


@dataclass(frozen=True, repr=False)
class ContactAnswer:
    """A decision, and the token that uses it once if it permits."""

    decision: Decision
    token: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True)
class DecideContact:
    """One strongly consistent read decides; one write makes the token."""

    policy: Policy
    clock: Clock
    store: Store
    idempotency: Idempotency

    def __call__(self, caller: Caller, question: ContactQuestion, keyed: KeyedRequest | None) -> ContactAnswer:
        """The answer as of now; if permitted, with a token for this caller, customer, purpose and channel.

        Raises:
            NotFound: there is no such customer.
            FieldInvalid: there is no such purpose.
            NotReplayable, IdempotencyKeyReused: the key was used before, with the same body or another.
        """
        if question.purpose not in self.policy.rules.purposes:
            raise FieldInvalid("/purpose", "is not a purpose of this service")
        return self.idempotency.once(keyed, lambda: self._decide(caller, question, keyed), self._refuse)

    def _refuse(self, _earlier: str) -> ContactAnswer:
        raise NotReplayable

    def _decide(self, caller: Caller, question: ContactQuestion, keyed: KeyedRequest | None) -> ContactAnswer:
        customer = self.store.get(Customer, question.customer_id)
        if customer is None:
            raise NotFound
        at = self.clock.now()
        decision = decide(customer, question, self.policy, at)
        writes: list[Write] = [*self.idempotency.claim(keyed, "decision", customer.id, at)]
        answer = ContactAnswer(decision)
        if decision.permitted:
            token = new_token()
            expires_at = at + timedelta(seconds=self.policy.rules.contact.token_lifetime_seconds)
            answer = ContactAnswer(decision, token, expires_at)
            record = ContactToken(
                digest=token_digest(token),
                customer_id=customer.id,
                purpose=question.purpose,
                channel=question.channel,
                client_id=caller.client_id,
                subject=caller.subject,
                customer_version=customer.version,
                evidence=decision.evidence,
                lapses_at=expires_at,
            )
            writes.append(Insert(record))
        if writes:
            self.store.commit(*writes)
        return answer
