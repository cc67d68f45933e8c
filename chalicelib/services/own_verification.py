"""Reads a verification for the client that started it."""

from dataclasses import dataclass

from chalicelib.domain.caller import Caller
from chalicelib.domain.errors import NotFound
from chalicelib.domain.verification import Verification
from chalicelib.ports import Store


@dataclass(frozen=True)
class OwnVerification:
    """What is not yours does not exist."""

    store: Store

    def __call__(self, caller: Caller, verification_id: str) -> Verification:
        """The verification as it stands.

        Raises:
            NotFound: there is none, or another client started it.
        """
        verification = self.store.get(Verification, verification_id)
        if verification is None or verification.client_id != caller.client_id:
            raise NotFound
        return verification
