"""Reads a message for the client that sent it."""

from dataclasses import dataclass

from chalicelib.domain.caller import Caller
from chalicelib.domain.contact import Message
from chalicelib.domain.errors import NotFound
from chalicelib.ports import Store


@dataclass(frozen=True)
class OwnMessage:
    """What is not yours does not exist."""

    store: Store

    def __call__(self, caller: Caller, message_id: str) -> Message:
        """The message, with what is known of its delivery.

        Raises:
            NotFound: there is none, it has lapsed, or another client sent it.
        """
        message = self.store.get(Message, message_id)
        if message is None or message.client_id != caller.client_id:
            raise NotFound
        return message
