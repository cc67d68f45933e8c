"""Reads what a client started or sent, for that client."""

from dataclasses import dataclass
from typing import Protocol, TypeVar

from chalicelib.domain.caller import Caller
from chalicelib.domain.errors import NotFound
from chalicelib.domain.writes import Record
from chalicelib.ports import Store


class Owned(Record, Protocol):
    """A record that belongs to a client."""

    @property
    def client_id(self) -> str: ...


OwnedT = TypeVar("OwnedT", bound=Owned)


@dataclass(frozen=True)
class OwnRecord:
    """What is not yours does not exist."""

    store: Store

    def __call__(self, caller: Caller, kind: type[OwnedT], key: str) -> OwnedT:
        """The record as it stands.

        Raises:
            NotFound: there is none, it has lapsed, or it is another client's.
        """
        record = self.store.get(kind, key)
        if record is None or record.client_id != caller.client_id:
            raise NotFound
        return record
