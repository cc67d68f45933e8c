"""Sessions of the preference centre: how strong they are, and the links by which a wallet opens one."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.caller import Caller
from chalicelib.domain.contact import Secret
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import NotAuthenticated, NotPermitted

# As the ledger names the page, and verifications the browsers that use it.
CLIENT = "preferences"
# Of the verifications that open a session.
PURPOSE = "preferences"
# Fixed, however busy it is: long enough to read every notice. Source: ASVS 5.0 7.3.2 (an absolute lifetime).
SESSION_LIFETIME = timedelta(minutes=15)
# From the tap in the wallet to the page.
LINK_LIFETIME = timedelta(seconds=60)

# Who has the number that a change took from a customer: stops the change, and sees nothing else of anybody.
FORMER = "former"
BY_FORMER = frozenset({"enter", "stop_change"})
# Who holds a stolen SIM gets a session by SMS: it can take permissions away, and never add or learn any.
BY_SMS = BY_FORMER | {"look", "refused", "withdrawn"}
# The wallet has logged its customer in before it asks for a link.
BY_WALLET = BY_SMS | {"given", "history", "access_log", "export", "erase"}
# Whose contract has ended: the wallet's link shows why their number is kept, and all that is held.
ENDED = "ended"
BY_ENDED = frozenset({"enter", "ending", "export"})
ACTS = {FORMER: BY_FORMER, "sms": BY_SMS, "wallet": BY_WALLET, ENDED: BY_ENDED}


def new_token() -> Secret:
    """A fresh token of a session or a link: 256 random bits, URL-safe."""
    return Secret(secrets.token_urlsafe(32))


@dataclass(frozen=True)
class Session:
    """A customer on their own page. Only the SHA-256 of its token is kept.

    Attributes:
        strength: one of ACTS, by how it was opened.
        lapses_at: nothing moves it.
        tag: that the customer had whose code opened it: with the number the session ends. None if the wallet opened it.
    """

    digest: str
    customer_id: str
    strength: str
    lapses_at: datetime
    tag: str | None = None
    version: str = ""

    @property
    def caller(self) -> Caller:
        """The customer, as one who calls from the page."""
        return Caller(CLIENT, self.customer_id, frozenset({"customer"}), self.lapses_at)

    def is_still_of(self, customer: Customer) -> bool:
        """True if nobody's code opened it, or that of a number that has not been taken from the customer since."""
        if self.strength == FORMER:
            return self.tag is not None and customer.answering_to([self.tag]) is not None
        return self.tag in (None, *customer.known_tags)

    def may(self, act: str) -> bool:
        """True if the session is strong enough for the act."""
        return act in ACTS[self.strength]

    def require(self, at: datetime, act: str) -> None:
        """Returns if the session lives and is strong enough.

        Args:
            act: one of those in ACTS; a decision's is its own name.

        Raises:
            NotAuthenticated: its time is over.
            NotPermitted: the page must be opened from the wallet for that.
        """
        if at >= self.lapses_at:
            raise NotAuthenticated
        if not self.may(act):
            raise NotPermitted


@dataclass(frozen=True)
class HandOver:
    """A link by which a wallet sends its customer to the page, once. Only the SHA-256 of its token is kept."""

    digest: str
    customer_id: str
    lapses_at: datetime
    used_at: datetime | None = None
    version: str = ""

    def used(self, at: datetime) -> "HandOver":
        """The link is consumed.

        Raises:
            NotAuthenticated: it was used, or its time is over.
        """
        if self.used_at is not None or at >= self.lapses_at:
            raise NotAuthenticated
        return replace(self, used_at=at)
