"""Calls the API of a world: in this process, or over HTTP against the local server."""

import http.client
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any, Protocol

from chalicelib.bootstrap import install
from chalicelib.domain.caller import Caller
from infra.local.gateway import Gateway, GatewayProblem
from infra.local.http_server import IDLE_SECONDS
from infra.local.places import HOST
from infra.local.server import serve
from tests.fakes import caller
from tests.worlds import World

WALLET = caller("wallet")
STAFF = caller("staff", "call-centre", "agent-7")
COLLEAGUE = caller("staff", "call-centre", "agent-8")
OFFICER = caller("officer", "privacy-office", "officer-1")


@dataclass(frozen=True)
class Reply:
    """An answer of the API."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object in it."""
        made: dict[str, Any] = json.loads(self.text) if self.text else {}
        return made

    @property
    def problem(self) -> str | None:
        """The slug of the problem, or None."""
        return str(self.body["type"]).rsplit(":", 1)[-1] if self.status >= 400 else None


class Transport(Protocol):
    """Carries a request to the API and the answer back."""

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply: ...


@cache
def _gateway() -> Gateway:
    # As infra.local.server loads it, but for the counting of calls.
    problem: GatewayProblem = import_module("chalicelib.entrypoints.api.problems").gateway_problem
    return Gateway(import_module("app").app, problem)


class InProcess:
    """Straight into the gateway."""

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        answer = _gateway().handle(method, path, headers, body)
        return Reply(answer.status, dict(answer.headers.items()), answer.body.decode())


class OverHttp:
    """Through the local server, each thread on a connection of its own that stays open."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._own = threading.local()

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        connection, used = getattr(self._own, "connection", None), getattr(self._own, "used", 0.0)
        # The server closes what has been idle for long, as this thread's may have been while others wrote.
        if connection is None or time.monotonic() - used > IDLE_SECONDS / 2:
            connection = self._own.connection = http.client.HTTPConnection(HOST, self.port, timeout=120)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        self._own.used = time.monotonic()
        return Reply(answer.status, dict(answer.getheaders()), text)


@dataclass
class Api:
    """The API of one world, and what its callers can do with it."""

    world: World
    transport: Transport
    _tokens: dict[tuple[Caller, float], str] = field(default_factory=dict)

    def call(
        self, of: Caller | None, method: str, path: str, body: dict[str, Any] | None = None, *, key: str | None = None
    ) -> Reply:
        """The answer to one request by this caller; None calls without a token."""
        headers = {"Content-Type": "application/json"}
        if of is not None:
            headers["Authorization"] = self._token(of)
        if key is not None:
            headers["Idempotency-Key"] = key
        return self.transport.send(method, path, headers, json.dumps(body).encode() if body is not None else b"")

    def started(self, number: str, region: str | None = None) -> str:
        """The id of a signup verification whose code was sent."""
        body: dict[str, Any] = {"purpose": "signup", "phone_number": number}
        body |= {"client": {"device_id": secrets.token_hex(8)}} | ({"region": region} if region else {})
        return str(self._good(self.call(WALLET, "POST", "/v1/verifications", body), 201)["verification_id"])

    def proved(self, number: str) -> str:
        """The id of a proved signup verification; the code is read from the phone."""
        verification = self.started(number)
        code = self.world.sms_to(number)[-1].code
        self._good(self.call(WALLET, "POST", f"/v1/verifications/{verification}/check", {"code": code}), 200)
        return verification

    def customer(self, number: str) -> str:
        """The id of a customer that holds the number."""
        body = {"verification_id": self.proved(number)}
        return str(self._good(self.call(WALLET, "POST", "/v1/customers", body), 201)["customer_id"])

    def _good(self, reply: Reply, status: int) -> dict[str, Any]:
        assert reply.status == status, reply
        return reply.body

    def _token(self, of: Caller) -> str:
        # Signed once for each caller and instant.
        at = self.world.clock.now().timestamp()
        if (of, at) not in self._tokens:
            self._tokens[of, at] = self.world.authorization(of)
        return self._tokens[of, at]


def api_in_process(world: World) -> Api:
    """The API of this world, called without a socket."""
    install(world.ringfence)
    return Api(world, InProcess())


@contextmanager
def api_over_http(world: World) -> Iterator[Api]:
    """The API of this world behind the local server."""
    install(world.ringfence)
    server = serve(_gateway(), 0)
    try:
        yield Api(world, OverHttp(server.port))
    finally:
        server.stop()
