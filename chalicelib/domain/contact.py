"""A permission to contact once, and what became of it."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.gate import ContactQuestion


@dataclass(frozen=True)
class ContactToken:
    """A permission to contact once. Only the SHA-256 of the token is kept: 256 random bits cannot be guessed back.

    Attributes:
        ground: what it was decided on; it dies when that changes.
        used_at: set when it is consumed.
    """

    digest: str
    customer_id: str
    purpose: str
    channel: str
    client_id: str
    subject: str
    ground: str
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


# By it a reference that a carrier brings back is told from a verification's.
MESSAGE = "msg"


def word_id(change_id: str) -> str:
    """The id of the one message that tells the old number of a change: a second one would be the same row."""
    return f"{MESSAGE}_{hashlib.sha256(f'word|{change_id}'.encode()).hexdigest()[:32]}"


@dataclass(frozen=True)
class Message:
    """A message that was sent, or may have been. It holds neither the number nor the text.

    Attributes:
        client_id: the system that sent it and alone may see it.
        parts: what it counts as, and is paid for.
        cost: what was put aside for it, in millionths of a US dollar; 0 if it was surely not sent.
        lapses_at: not before the last receipt for it.
        key_id: of the sealed number that it went to.
        delivery: unknown until its outcome is written; then accepted, failed or opted_out; from accepted to delivered,
            failed or opted_out, once a carrier's receipt says so.
        sender: who carried it, as the policy names it.
        message_id: the sender's own name for it.
        reason: why it failed, in a word of ours.
    """

    id: str
    client_id: str
    customer_id: str
    purpose: str
    template: str
    parts: int
    cost: int
    sent_at: datetime
    lapses_at: datetime
    delivery: str = "unknown"
    sender: str | None = None
    message_id: str | None = None
    reason: str | None = None
    key_id: str | None = None
    version: str = ""
