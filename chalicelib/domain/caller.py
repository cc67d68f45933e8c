"""Who is calling, as a verified token says."""

import json
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.errors import NotFound, NotPermitted

ROLES = ("wallet", "customer", "staff", "officer")


@dataclass(frozen=True)
class Caller:
    """A verified identity.

    Attributes:
        client_id: the system that calls.
        subject: the person or service behind it; for a customer, the customer id.
        roles: some of ROLES.
        expires_at: when the token stops proving this.
    """

    client_id: str
    subject: str
    roles: frozenset[str]
    expires_at: datetime

    @property
    def person(self) -> str:
        """Who it is, as one text that is nobody else's, whatever stands in the names."""
        return json.dumps([self.client_id, self.subject])

    def acting_as(self, *allowed: str) -> "Caller":
        """The caller with those of its roles that count here, so that no other role widens what it may do.

        Raises:
            NotPermitted: it has none of them.
        """
        if self.roles.isdisjoint(allowed):
            raise NotPermitted
        return replace(self, roles=self.roles & set(allowed))

    def require_reach(self, customer_id: str) -> None:
        """Returns if the caller may know of this customer: a mere customer reaches only itself.

        Raises:
            NotFound: it is somebody else; whether they exist is not told.
        """
        if self.roles == {"customer"} and self.subject != customer_id:
            raise NotFound

    @property
    def role(self) -> str:
        """The strongest role, for records of who acted."""
        return next(role for role in ("officer", "staff", "wallet", "customer") if role in self.roles)
