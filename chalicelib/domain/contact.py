"""May this customer be contacted for this purpose by this channel? Refused unless something allows it."""

import hashlib
import secrets
from dataclasses import dataclass, replace
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


@dataclass(frozen=True)
class ContactToken:
    """A permission to contact once. Only the SHA-256 of the token is kept: 256 random bits cannot be guessed back.

    Attributes:
        customer_version: the head's version it was decided on; it dies when that moves.
        used_at: set when it is consumed.
    """

    digest: str
    customer_id: str
    purpose: str
    channel: str
    client_id: str
    subject: str
    customer_version: str
    evidence: tuple[str, ...]
    lapses_at: datetime
    used_at: datetime | None = None
    version: str = ""

    @property
    def question(self) -> ContactQuestion:
        """What was asked."""
        return ContactQuestion(self.customer_id, self.purpose, self.channel)

    def used(self, at: datetime) -> "ContactToken":
        """The token is consumed."""
        return replace(self, used_at=at)


class Secret(str):
    """A text that is given out once. Its repr does not show it."""

    def __repr__(self) -> str:
        return "Secret()"


def new_token() -> Secret:
    """A fresh contact token: 256 random bits, URL-safe."""
    return Secret(f"ct_{secrets.token_urlsafe(32)}")


def token_digest(token: str) -> str:
    """What is stored in a token's place."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class Message:
    """A message that was sent, or may have been. It holds neither the number nor the text."""

    id: str
    customer_id: str
    purpose: str
    template: str
    sent_at: datetime
    lapses_at: datetime
    delivery: str = "unknown"
    version: str = ""


@dataclass(frozen=True)
class AccessLogEntry:
    """Who opened a number, when, why and under which consent. Written once, in the act, and never changed."""

    id: str
    customer_id: str
    at: datetime
    action: str
    purpose: str
    channel: str
    role: str
    client_id: str
    subject: str
    evidence: tuple[str, ...]
    justification: str | None = None
    version: str = ""
