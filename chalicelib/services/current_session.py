"""Reads a session of the preference centre and the customer whose it is."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.contact import token_digest
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import AccountClosed, NotAuthenticated
from chalicelib.domain.session import ENDED, Session
from chalicelib.ports import Store


@dataclass(frozen=True)
class Visit:
    """A living session, and its customer as they stand now."""

    session: Session
    customer: Customer

    @property
    def masked(self) -> str | None:
        """The mask of the number that the visitor has; None if it is the customer, and has none."""
        former = self.customer.leaving
        if former is not None and self.session.tag in former.tags:
            return former.masked
        return self.customer.masked


def current_session(store: Store, token: str, act: str, at: datetime) -> Visit:
    """The session of this token, strong enough for the act; since it was opened neither contract nor number has ended.

    Args:
        act: as `Session.require` takes it.

    Raises:
        NotAuthenticated: no such session, its time is over, or its customer's number was changed meanwhile.
        AccountClosed: or their account was closed.
        NotPermitted: it is too weak.
    """
    session = store.get(Session, token_digest(token))
    if session is None:
        raise NotAuthenticated
    session.require(at, act)
    customer = store.get(Customer, session.customer_id)
    # The former number's owner is not told what became of the account.
    if customer is None or not session.is_still_of(customer):
        raise NotAuthenticated
    if not customer.is_open and session.strength != ENDED:
        raise AccountClosed
    return Visit(session, customer)
