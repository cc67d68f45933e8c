"""Remembers where a verification counts, for the check that comes later."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.accounts import Accounts
from chalicelib.ports import Blinder, Store

LABEL = "accounts"
# No code lives longer. Source: rules.LONGEST_CODE_LIFETIME_SECONDS.
LIFE = timedelta(seconds=600)


@dataclass(frozen=True)
class Accounting:
    """The row's key is blinded: who has the tables alone cannot tell which verification it is of."""

    store: Store
    blinder: Blinder

    def key(self, verification_id: str, at: datetime) -> str:
        """Where the accounts of a verification stand that starts now."""
        return self.blinder.mac(LABEL, verification_id.encode(), at)

    def of(self, verification_id: str, at: datetime) -> Accounts | None:
        """The accounts of a verification whose code may still live; None if there is no such thing."""
        # At the turn of a month the start may have been under the last month's key.
        keys = dict.fromkeys((self.key(verification_id, at), self.key(verification_id, at - LIFE)))
        found = (self.store.get(Accounts, key) for key in keys)
        return next((accounts for accounts in found if accounts is not None), None)
