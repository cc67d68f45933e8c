"""May this customer be contacted for this purpose by this channel? Refused unless something allows it."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.customer import Customer
from chalicelib.domain.policy import Policy
from chalicelib.domain.word import word

# Why, as a closed list. The first two permit.
REASONS = (
    "contract",
    "consent_given",
    "customer_restricted",
    "customer_purged",
    "channel_not_offered",
    "channel_not_agreed",
    "consent_missing",
    "consent_refused",
    "consent_withdrawn",
    "consent_expired",
    "consent_outdated",
    "guardian_missing",
)
PERMITTING = ("contract", "consent_given")
REASON_OF_WORD = {
    "unasked": "consent_missing",
    "refused": "consent_refused",
    "withdrawn": "consent_withdrawn",
    "expired": "consent_expired",
    "outdated": "consent_outdated",
    "unguarded": "guardian_missing",
    "given": "consent_given",
}


@dataclass(frozen=True)
class ContactQuestion:
    """Who is to be contacted, what for and how."""

    customer_id: str
    purpose: str
    channel: str


@dataclass(frozen=True)
class Decision:
    """The answer.

    Attributes:
        reason: one of REASONS.
        evidence: ids of the consent events that it rests on.
        next_allowed_at: when the same question may get another answer by itself; None if only a person can change it.
    """

    reason: str
    evidence: tuple[str, ...] = ()
    next_allowed_at: datetime | None = None

    @property
    def permitted(self) -> bool:
        """True if contact may be made now."""
        return self.reason in PERMITTING


def decide(customer: Customer, question: ContactQuestion, policy: Policy, at: datetime) -> Decision:
    """The decision from the customer's head alone.

    Source: PIPL 13–15, 47; GDPR 6, 7; Regulations on Network Data Security 22(4).
    """
    purpose = policy.rules.purposes.get(question.purpose)
    if customer.status != "active":
        return Decision(f"customer_{customer.status}")
    if purpose is None or question.channel not in purpose.channels:
        return Decision("channel_not_offered")
    if purpose.basis == "contract":
        return Decision("contract")
    said = word(customer, question.purpose, policy, at)
    state = customer.consents.get(question.purpose)
    evidence = (state.event_id,) if state is not None else ()
    if said == "given" and state is not None and question.channel not in state.channels:
        return Decision("channel_not_agreed", evidence)
    return Decision(REASON_OF_WORD[said], evidence)
