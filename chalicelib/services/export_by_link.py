"""Hands out everything that is held about a customer to whoever brings their link first."""

from dataclasses import dataclass

from chalicelib.domain.contact import token_digest
from chalicelib.domain.errors import NotFound
from chalicelib.domain.export_link import ExportLink
from chalicelib.domain.writes import Conflict, Replace
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import existing
from chalicelib.services.export_customer import Export, ExportCustomer


@dataclass(frozen=True)
class ExportByLink:
    """All is read before the link is consumed: a read that fails leaves it good, and of many visitors one has it."""

    clock: Clock
    store: Store
    export_customer: ExportCustomer

    def __call__(self, token: str) -> tuple[str, Export]:
        """What is held about the link's customer, and in which form they want it; the link is used.

        Raises:
            NotFound: no such link, used, or too old.
            Contended, Unavailable: the link is as good as before.
        """
        link = existing(self.store, ExportLink, token_digest(token))
        used = link.used(self.clock.now())
        export = self.export_customer(link.customer_id)
        try:
            self.store.commit(Replace(link, used))
        except Conflict:
            raise NotFound from None
        return link.form, export
