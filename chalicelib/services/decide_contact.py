"""Answers whether a customer may be contacted now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.access import DecisionLogEntry
from chalicelib.domain.caller import Caller
from chalicelib.domain.cap import Share
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.contact import ContactToken, Secret, new_token, token_digest
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import FieldInvalid, NotReplayable
from chalicelib.domain.gate import ContactQuestion, Decision, counted, decide
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.life_rules import Retention
from chalicelib.domain.policy import Policy
from chalicelib.domain.writes import Conflict, Insert, Replace, Write
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import existing
from chalicelib.services.idempotency import Idempotency


@dataclass(frozen=True, repr=False)
class ContactAnswer:
    """A decision, and the token that uses it once if it permits."""

    decision: Decision
    token: Secret | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True)
class DecideContact:
    """One strongly consistent read decides; one commit logs it, makes the token and reserves its share of the cap."""

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
        require_purpose(self.policy, question.purpose)
        return self.idempotency.once(keyed, lambda: self._decide(caller, question, keyed), _refuse)

    def _decide(self, caller: Caller, question: ContactQuestion, keyed: KeyedRequest | None) -> ContactAnswer:
        customer = existing(self.store, Customer, question.customer_id)
        while True:
            at = self.clock.now()
            decision = decide(customer, question, self.policy, at)
            answer, writes = self._permission(caller, customer, question, decision, at)
            entry = Insert(_entry(caller, question, decision, at, self.policy.rules.retention))
            try:
                self.store.commit(entry, *writes, *self.idempotency.claim(keyed, "decision", customer.id, at))
                return answer
            except Conflict as conflict:
                # Of two who want the last share of a cap, the second is told of the first.
                if not conflict.only(Customer):
                    raise
                customer = conflict.current(Customer) or existing(self.store, Customer, customer.id)

    def _permission(
        self, caller: Caller, customer: Customer, question: ContactQuestion, decision: Decision, at: datetime
    ) -> tuple[ContactAnswer, list[Write]]:
        if not decision.permitted:
            return ContactAnswer(decision), []
        token = new_token()
        record = ContactToken(
            digest=token_digest(token),
            customer_id=customer.id,
            purpose=question.purpose,
            channel=question.channel,
            client_id=caller.client_id,
            subject=caller.subject,
            ground=customer.ground,
            evidence=decision.evidence,
            lapses_at=at + timedelta(seconds=self.policy.rules.contact.token_lifetime_seconds),
        )
        writes: list[Write] = [Insert(record)]
        reserved = Share(record.digest, record.lapses_at, record.ground)
        head = counted(customer, question.purpose, reserved, self.policy, at)
        if head is not customer:
            writes.append(Replace(customer, head))
        return ContactAnswer(decision, token, record.lapses_at), writes


def require_purpose(policy: Policy, purpose: str) -> None:
    """Returns if the policy has such a purpose.

    Raises:
        FieldInvalid: it has not.
    """
    if purpose not in policy.rules.purposes:
        raise FieldInvalid("/purpose", "is not a purpose of this service")


def _entry(
    caller: Caller, question: ContactQuestion, decision: Decision, at: datetime, retention: Retention
) -> DecisionLogEntry:
    return DecisionLogEntry(
        id=new_id("dec"),
        customer_id=question.customer_id,
        at=at,
        purpose=question.purpose,
        channel=question.channel,
        role=caller.role,
        client_id=caller.client_id,
        subject=caller.subject,
        reason=decision.reason,
        evidence=decision.evidence,
        lapses_at=at + timedelta(days=retention.decision_log_days),
    )


def _refuse(_earlier: str) -> ContactAnswer:
    raise NotReplayable
