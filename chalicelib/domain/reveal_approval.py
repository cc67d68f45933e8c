"""Two people for a minor's number: one asks, another one agrees."""

import hashlib
import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.caller import Caller
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import NotFound, NotPermitted

# From the request on; the number is shown within them, too. Ours.
APPROVAL_LIFETIME = timedelta(minutes=10)
# So long after somebody took a child's age back it still takes two: taking it back for one reveal gains nothing. Ours.
AGE_SETTLES = timedelta(days=1)
PREFIX = "apr_"
KEY_LENGTH = 32


def takes_two(customer: Customer, at: datetime) -> bool:
    """True if the number takes a second person's word: the customer is under 14, or was noted so until a day ago."""
    return customer.under_14 or (customer.of_age_at is not None and at < customer.of_age_at + AGE_SETTLES)


@dataclass(frozen=True)
class RevealWish:
    """What a person wants to be shown, and why. Another reason is another wish, for which nobody has given a word.

    Attributes:
        client_id, subject: of the person.
    """

    client_id: str
    subject: str
    customer_id: str
    purpose: str
    justification: str
    ticket: str | None

    @property
    def key(self) -> str:
        """The place of what was said of this wish."""
        said = [self.client_id, self.subject, self.customer_id, self.purpose, self.justification, self.ticket]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:KEY_LENGTH]


@dataclass(frozen=True)
class RevealApproval:
    """A wish that waits for a second person, or has their word.

    Attributes:
        nonce: tells it from an earlier one for the same wish, so that a word never serves twice.
        approved_by: who agreed, of the same client; None until somebody did.
        used_at: when the number was shown for it.
    """

    wish: RevealWish
    nonce: str
    lapses_at: datetime
    approved_by: str | None = None
    used_at: datetime | None = None
    version: str = ""

    @property
    def id(self) -> str:
        """What the second person is told."""
        return f"{PREFIX}{self.wish.key}{self.nonce}"

    @property
    def status(self) -> str:
        """`pending`, `approved` or `used`."""
        return "used" if self.used_at is not None else "approved" if self.approved_by is not None else "pending"

    def approved(self, approval_id: str, customer_id: str, by: Caller) -> "RevealApproval":
        """It has the word of this colleague; a second word changes nothing.

        A colleague is another person of the same client: whether two clients' people are the same one, nobody can tell.

        Raises:
            NotFound: it is another one, or about another customer than the colleague thinks, or of another client.
            NotPermitted: nobody agrees to their own wish.
        """
        if (self.id, self.wish.customer_id, self.wish.client_id) != (approval_id, customer_id, by.client_id):
            raise NotFound
        if self.wish.subject == by.subject:
            raise NotPermitted
        return self if self.status != "pending" else replace(self, approved_by=by.subject)

    def used(self, at: datetime) -> "RevealApproval":
        """The number is shown for it, and for nothing more."""
        return replace(self, used_at=at)


def new_approval(wish: RevealWish, at: datetime) -> RevealApproval:
    """The wish waits for a second person."""
    # Kept in whole seconds: who asks again is told the same.
    return RevealApproval(wish, secrets.token_hex(8), at.replace(microsecond=0) + APPROVAL_LIFETIME)


def approval_key(approval_id: str) -> str:
    """Where the one with this id would stand."""
    return approval_id.removeprefix(PREFIX)[:KEY_LENGTH]
