"""A local server in SNS's place, on a socket of its own, that counts what reaches it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from chalicelib.adapters import aws
from chalicelib.adapters.policy_files import read_policy
from chalicelib.adapters.sns_carrier import SnsCarrier
from chalicelib.services.sms_sender import SmsSender
from chalicelib.settings import PACKAGED_POLICY
from infra.local.places import HOST
from tests.fakes import MemoryJournal
from tests.worlds import set_environment

PUBLISHED = (
    b'<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId>'
    b"</PublishResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></PublishResponse>"
)


def refusal(code: str, message: str = "no") -> bytes:
    """SNS's form of an error."""
    return (
        f'<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>{code}</Code>'
        f"<Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    ).encode()


def http_answer(status: int, body: bytes, content_type: str = "text/xml", length: int | None = None) -> bytes:
    """An answer as it goes over the wire."""
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\nContent-Length: {length or len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


def sns_sender() -> SmsSender:
    """Sends through SNS, by the packaged policy."""
    policy = read_policy(PACKAGED_POLICY)
    return SmsSender(policy, {"sns": SnsCarrier(policy.rules.sms)}, MemoryJournal())


@dataclass
class Carrier:
    """What arrived: one text for each whole request."""

    url: str
    requests: list[bytes] = field(default_factory=list)


@contextmanager
def carrier(answer: Callable[[bytes], bytes | None]) -> Iterator[Carrier]:
    """Every AWS client of this process talks to this server until the block ends.

    Args:
        answer: what goes back for a request; None drops the connection.
    """
    listener = socket.create_server((HOST, 0))
    made = Carrier(f"http://{HOST}:{listener.getsockname()[1]}")

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=[connection], daemon=True).start()

    def talk(connection: socket.socket) -> None:
        with connection:
            request = _whole_request(connection)
            if not request:
                return
            made.requests.append(request)
            said = answer(request)
            if said is not None:
                connection.sendall(said)

    threading.Thread(target=serve, daemon=True).start()
    with pytest.MonkeyPatch.context() as patch:
        set_environment(patch, made.url)
        try:
            yield made
        finally:
            aws.forget()
            # Whatever a client would still send by itself has arrived by now.
            time.sleep(0.05)
            listener.close()


def _whole_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            return b""
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while len(body) < int(lengths[0]):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
