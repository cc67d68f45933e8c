"""Makes a link by which a wallet sends its customer to the preference centre."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.contact import Secret, token_digest
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import NotReplayable
from chalicelib.domain.session import LINK_LIFETIME, HandOver, new_token
from chalicelib.domain.writes import Insert
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import existing
from chalicelib.services.idempotency import Idempotency


@dataclass(frozen=True, repr=False)
class Link:
    """The token that opens the page once."""

    token: Secret
    expires_at: datetime


@dataclass(frozen=True)
class IssueLink:
    """Only the digest is kept, so the answer can be given once."""

    clock: Clock
    store: Store
    idempotency: Idempotency

    def __call__(self, customer_id: str, keyed: KeyedRequest | None) -> Link:
        """A link for this customer, good for one use within a minute.

        Raises:
            NotFound: there is no such customer.
            NotReplayable, IdempotencyKeyReused: the key was used before, with the same body or another.
        """
        return self.idempotency.once(keyed, lambda: self._issue(customer_id, keyed), self._refuse)

    def _refuse(self, _earlier: str) -> Link:
        raise NotReplayable

    def _issue(self, customer_id: str, keyed: KeyedRequest | None) -> Link:
        # Whoever has nothing to choose any more still sees by which law their number is kept.
        existing(self.store, Customer, customer_id)
        at, token = self.clock.now(), new_token()
        link = HandOver(token_digest(token), customer_id, at + LINK_LIFETIME)
        self.store.commit(Insert(link), *self.idempotency.claim(keyed, "preference-link", customer_id, at))
        return Link(token, link.lapses_at)
