"""The strongroom's function at the other end of Invoke: its real handler, and bytes in between."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from botocore.awsrequest import AWSPreparedRequest

from chalicelib.adapters import aws
from chalicelib.adapters.lambda_strongroom import LambdaStrongroom
from chalicelib.bootstrap import Ringfence, install
from chalicelib.domain.verification import Send
from chalicelib.entrypoints.jobs.strongroom import strongroom
from chalicelib.ports import Strongroom
from infra.local.environment import REGION
from tests.contracts.wire import Answer, Wire, intercepted, response
from tests.fakes import MemoryAdapters, memory_ringfence

FUNCTION = "ringfence-strongroom"
INVOKE = "application/json"


@dataclass
class Scripted:
    """A strongroom that does as it is told, and notes what it was ordered.

    Attributes:
        says: what it answers, or the exception that it raises.
        orders: door and order, oldest first.
    """

    says: Any = None
    orders: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def send_code(self, **order: Any) -> Send:
        return cast("Send", self._do("send_code", order))

    def tell_old_number(self, **order: Any) -> Any:
        return self._do("tell_old_number", order)

    def send_message(self, **order: Any) -> Any:
        return self._do("send_message", order)

    def reveal(self, **order: Any) -> Any:
        return self._do("reveal", order)

    def approve_reveal(self, **order: Any) -> Any:
        return self._do("approve_reveal", order)

    def _do(self, door: str, order: dict[str, Any]) -> Any:
        self.orders.append((door, order))
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


class Behind:
    """The same world, as the strongroom's own function sees it."""

    strongroom_function = None

    def __init__(self, adapters: MemoryAdapters) -> None:
        self._adapters = adapters

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapters, name)


@contextmanager
def invoked(answer: Callable[[AWSPreparedRequest, int], Answer]) -> Iterator[tuple[LambdaStrongroom, Wire]]:
    """A strongroom that asks by Invoke, and whatever answers it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test", "DEFAULT_REGION": REGION}.items():
            patch.setenv(f"AWS_{name}", value)
        aws.forget()
        with intercepted(aws.functions(), answer) as wire:
            yield LambdaStrongroom(FUNCTION), wire
    aws.forget()


def handled(request: AWSPreparedRequest, _attempt: int) -> Answer:
    """What the function's own handler answers."""
    answer = strongroom(json.loads(cast("bytes", request.body)), None)
    return response(request, 200, json.dumps(answer).encode(), INVOKE)


def serve(behind: Any) -> None:
    """The function's process has this strongroom."""
    install(memory_ringfence(MemoryAdapters(strongroom_function=cast("Strongroom", behind))))


def serve_world(adapters: MemoryAdapters) -> None:
    """The function's process has the real strongroom, on this world."""
    install(Ringfence(cast("Any", Behind(adapters))))
