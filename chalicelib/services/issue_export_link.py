"""Makes a link by which a customer gets everything that is held about them, once."""

from dataclasses import dataclass

from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.contact import token_digest
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import NotReplayable
from chalicelib.domain.export_link import EXPORT_LINK_LIFETIME, ExportLink
from chalicelib.domain.session import new_token
from chalicelib.domain.writes import Insert
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import existing
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.issue_link import Link


@dataclass(frozen=True)
class IssueExportLink:
    """Only the digest is kept, so the answer can be given once."""

    clock: Clock
    store: Store
    idempotency: Idempotency

    def __call__(self, customer_id: str, form: str, keyed: KeyedRequest | None) -> Link:
        """A link for this customer, open, restricted or purged: the right to know ends with what is held.

        Args:
            form: one of `export_link.FORMS`.

        Raises:
            NotFound: there is no such customer.
            NotReplayable, IdempotencyKeyReused: the key was used before, with the same body or another.

        Source: PIPL 45; GDPR 15(3), 20.
        """
        return self.idempotency.once(keyed, lambda: self._issue(customer_id, form, keyed), self._refuse)

    def _refuse(self, _earlier: str) -> Link:
        raise NotReplayable

    def _issue(self, customer_id: str, form: str, keyed: KeyedRequest | None) -> Link:
        existing(self.store, Customer, customer_id)
        at, token = self.clock.now(), new_token()
        link = ExportLink(token_digest(token), customer_id, form, at + EXPORT_LINK_LIFETIME)
        self.store.commit(Insert(link), *self.idempotency.claim(keyed, "export-link", customer_id, at))
        return Link(token, link.lapses_at)
