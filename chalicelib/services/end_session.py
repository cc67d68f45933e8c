"""Ends a session of the preference centre."""

from dataclasses import dataclass

from chalicelib.domain.contact import token_digest
from chalicelib.domain.session import Session
from chalicelib.domain.writes import Remove
from chalicelib.ports import Store


@dataclass(frozen=True)
class EndSession:
    """The token opens nothing any more; one that opened nothing before is none of anybody's business."""

    store: Store

    def __call__(self, token: str) -> None:
        """The session is gone."""
        session = self.store.get(Session, token_digest(token))
        if session is not None:
            self.store.commit(Remove(session))
