"""Opens a session by a wallet's link."""

from dataclasses import dataclass

from chalicelib.domain.contact import Secret, token_digest
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import NotAuthenticated
from chalicelib.domain.session import ENDED, SESSION_LIFETIME, HandOver, Session, new_token
from chalicelib.domain.writes import Conflict, Insert, Replace
from chalicelib.ports import Clock, Store


@dataclass(frozen=True)
class EnterByLink:
    """The link is consumed in the commit that makes the session, so of any number of visitors one enters."""

    clock: Clock
    store: Store

    def __call__(self, token: str) -> Secret:
        """The token of a session that may do all that a customer may; once their contract has ended, read of it.

        Raises:
            NotAuthenticated: no such link, used, or too old.
        """
        at = self.clock.now()
        link = self.store.get(HandOver, token_digest(token))
        if link is None:
            raise NotAuthenticated
        used = link.used(at)
        customer = self.store.get(Customer, link.customer_id)
        if customer is None:
            raise NotAuthenticated
        session, strength = new_token(), "wallet" if customer.is_open else ENDED
        opened = Session(token_digest(session), customer.id, strength, at + SESSION_LIFETIME)
        try:
            self.store.commit(Replace(link, used), Insert(opened))
        except Conflict:
            raise NotAuthenticated from None
        return session
