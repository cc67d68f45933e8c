"""A crowd on open connections, each with a customer of its own, that looks for anything of anybody else's."""

import http.client
import json
import socket
import time
from dataclasses import dataclass, field
from typing import Any

from infra.local.places import HOST
from tests.fakes import caller
from tests.prove.api import Api, OverHttp
from tests.prove.races import at_once
from tests.worlds import World, fresh_number


@dataclass
class Member:
    """One connection, and what was seen on it."""

    name: str
    answers: int = 0
    foreign: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Own:
    """What belongs to one member of the crowd and to nobody else."""

    position: int
    number: str
    client: str
    headers: dict[str, str]

    @property
    def surface(self) -> str:
        """A mark that only this member writes."""
        return f"mark-{self.position:03d}-x"


def crowd(api: Api, *, connections: int, seconds: float) -> list[Member]:
    """Every member signs up, then writes and reads what is its own until the time is up."""
    assert isinstance(api.transport, OverHttp)
    port = api.transport.port

    def take_part(position: int) -> Member:
        own = _own(api.world, position)
        return _Visit(api.world, own, port).stay(time.monotonic() + seconds)

    return at_once(connections, take_part)


def _own(world: World, position: int) -> Own:
    client = f"wallet-{position:03d}"
    token = world.authorization(caller("wallet", client, f"backend-{position:03d}"))
    headers = {"Content-Type": "application/json", "Authorization": token}
    return Own(position, fresh_number(), client, headers)


class _Visit:
    def __init__(self, world: World, own: Own, port: int) -> None:
        self._world = world
        self._own = own
        self._seen = Member(own.client)
        self._connection = http.client.HTTPConnection(HOST, port, timeout=60)
        self._connection.connect()
        assert isinstance(self._connection.sock, socket.socket)
        self._socket: Any = self._connection.sock

    def stay(self, until: float) -> Member:
        try:
            customer = self._sign_up()
            while time.monotonic() < until:
                self._round(customer)
        except Exception as failure:
            self._seen.failures.append(repr(failure))
        finally:
            self._connection.close()
        return self._seen

    def _sign_up(self) -> str:
        own = self._own
        body = {"purpose": "signup", "phone_number": own.number, "client": {"device_id": own.client}}
        verification = str(self._call("POST", "/v1/verifications", body)["verification_id"])
        code = self._world.sms_to(own.number)[-1].code
        self._call("POST", f"/v1/verifications/{verification}/check", {"code": code})
        customer = f"customer-{own.position:03d}-of-the-crowd"
        made = self._call("POST", "/v1/customers", {"verification_id": verification, "customer_id": customer})
        self._expect(made, customer_id=customer, phone_number_masked=f"+86*********{own.number[-2:]}")
        return customer

    def _round(self, customer: str) -> None:
        path = f"/v1/customers/{customer}"
        choice = {"notice_version": 1, "locale": "en", "surface": self._own.surface}
        given = self._call("PUT", f"{path}/consents/marketing", {**choice, "decision": "given", "channels": ["sms"]})
        self._expect(given, record_id=f"{customer}.marketing", status="given")
        self._expect(self._call("GET", path), customer_id=customer)
        question = {"customer_id": customer, "purpose": "marketing", "channel": "sms"}
        answer = self._call("POST", "/v1/contact-decisions", question)
        self._expect(answer, decision="permitted", evidence=[given["event_id"]])
        taken = self._call("PUT", f"{path}/consents/marketing", {**choice, "decision": "withdrawn"})
        self._expect(taken, record_id=f"{customer}.marketing", status="withdrawn")
        (current,) = self._call("GET", f"{path}/consents")["consents"]
        self._expect(current, event_id=taken["event_id"], status="withdrawn")

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        self._connection.request(method, path, json.dumps(body) if body else None, self._own.headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        if self._connection.sock is not self._socket:
            self._seen.failures.append("the connection was made anew")
            self._socket = self._connection.sock
        self._seen.answers += 1
        if answer.status == 503:
            # Busy is an answer, and not another's.
            return self._call(method, path, body)
        if answer.status >= 400:
            self._seen.failures.append(f"{method} {path}: {answer.status} {text}")
        self._look_for_others(text)
        made: dict[str, Any] = json.loads(text)
        return made

    def _look_for_others(self, text: str) -> None:
        own = f"{self._own.position:03d}"
        for mark in ("customer-", "mark-", "wallet-"):
            for piece in text.split(mark)[1:]:
                if piece[:3].isdigit() and piece[:3] != own:
                    self._seen.foreign.append(text)

    def _expect(self, body: dict[str, Any], **members: Any) -> None:
        found = {name: body.get(name) for name in members}
        if found != members:
            self._seen.foreign.append(f"{found} instead of {members}")
