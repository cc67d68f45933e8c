"""What happens on the way to AWS and back: answers that get lost, refusals, attempts that are counted."""

import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session
from moto.core.models import botocore_stubber

from tests.worlds import World

Answer = AWSResponse | None


@dataclass
class Wire:
    """The attempts of one client that were seen."""

    attempts: int = 0
    operations: list[str] = field(default_factory=list)


@contextmanager
def intercepted(client: Any, answer: Callable[[AWSPreparedRequest, int], Answer]) -> Iterator[Wire]:
    """Each attempt of this client goes to `answer` first, with its number from 1.

    What it returns is the response, what it raises is the failure, and with None the request goes on.
    """
    wire = Wire()

    def before_send(request: AWSPreparedRequest, event_name: str, **_: Any) -> Answer:
        wire.attempts += 1
        wire.operations.append(event_name.rsplit(".", 1)[-1])
        return answer(request, wire.attempts) or botocore_stubber("before-send", request)

    # botocore asks every handler before it takes the first answer: moto would carry out what was answered in its place.
    client.meta.events.unregister("before-send", botocore_stubber)
    client.meta.events.register_first("before-send.*.*", before_send)
    try:
        yield wire
    finally:
        client.meta.events.unregister("before-send.*.*", before_send)
        client.meta.events.register("before-send", botocore_stubber)


def losing_answers(world: World, client: Any, *, attempts: int = 1) -> Any:
    """Requests are applied, but the answers to the first attempts never arrive."""

    def lose(request: AWSPreparedRequest, attempt: int) -> Answer:
        if attempt > attempts:
            return None
        if world.kind == "moto":
            assert botocore_stubber("before-send", request) is not None
        else:
            URLLib3Session().send(request)
        raise ConnectionClosedError(endpoint_url=request.url)

    return intercepted(client, lose)


def passing(_request: AWSPreparedRequest, _attempt: int) -> Answer:
    """Everything goes on as it would."""
    return None


def response(request: AWSPreparedRequest, status: int, body: bytes, content_type: str) -> AWSResponse:
    """An answer in AWS's place."""
    headers = HTTPHeaders()
    headers["Content-Type"] = content_type
    return AWSResponse(request.url, status, headers, _Raw(body))


def text_of(request: AWSPreparedRequest) -> str:
    """Everything that a request says."""
    body = request.body or b""
    return urllib.parse.unquote_plus(body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body))


@dataclass
class _Raw:
    body: bytes

    def stream(self, *_: Any, **__: Any) -> list[bytes]:
        return [self.body]

    def read(self, *_: Any) -> bytes:
        return self.body
