"""The API on the fakes, as its clients meet it: requests, and the steps of the one flow."""

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chalice.test import Client

import app as application
from chalicelib.bootstrap import install
from infra.local.gateway import Gateway
from tests.api.conformance import PROBLEM_JSON, require_described, require_valid_request
from tests.fakes import MemoryAdapters, bearer, caller, memory_ringfence

WALLET = bearer(caller())
OTHER_WALLET = bearer(caller(client_id="other-wallet"))
STAFF = bearer(caller("staff", "call-centre", "agent-one"))
OTHER_STAFF = bearer(caller("staff", "call-centre", "agent-two"))
OFFICER = bearer(caller("officer", "privacy-office", "officer-one"))

NUMBER = "+8613800138000"
MASKED = "+86*********00"
OTHER_NUMBER = "+8613800138111"
CUSTOMER_ID = "customer-one"
TEXT = "text/plain"


def customer(customer_id: str = CUSTOMER_ID) -> str:
    """A customer's own token."""
    return bearer(caller("customer", "wallet-app", customer_id))


@dataclass(frozen=True)
class Reply:
    """An answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def problem(self) -> str | None:
        """The slug of the problem that it is, or None."""
        if self.headers.get("content-type") != PROBLEM_JSON:
            return None
        return str(self.body["type"]).removeprefix("urn:ringfence:problem:")

    @property
    def everything(self) -> str:
        """All that the client gets to see."""
        return self.text + json.dumps(dict(self.headers), ensure_ascii=False)


class Api:
    """Every answer to `call` is held to OpenAPI, and every accepted body too."""

    def __init__(self, adapters: MemoryAdapters, gateway: Gateway, log: io.StringIO) -> None:
        install(memory_ringfence(adapters))
        self.adapters = adapters
        self.log = log
        self._gateway = gateway
        self._http = Client(application.app).http

    @property
    def log_lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]

    def call(
        self,
        method: str,
        path: str,
        token: str | None = WALLET,
        body: Any = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One request through Chalice's test client. A body that is bytes is sent as it is."""
        sent = {"Authorization": token} if token else {}
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        if body is not None:
            sent["Content-Type"] = "application/json"
        if key is not None:
            sent["Idempotency-Key"] = key
        answer = self._http.request(method, path, headers={**sent, **(headers or {})}, body=raw)
        names = {name.lower(): str(value) for name, value in answer.headers.items()}
        reply = Reply(answer.status_code, names, answer.body.decode())
        require_described(method, path, reply.status, names.get("content-type", ""), reply.text)
        if reply.status < 300 and raw:
            require_valid_request(method, path, json.loads(raw))
        return reply

    def through_gateway(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Reply:
        """One request through the local gateway, which answers its own refusals as API Gateway is set up to."""
        answer = self._gateway.handle(method, path, headers or {}, body)
        return Reply(
            answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.body.decode()
        )

    def pass_time(self, **duration: float) -> None:
        self.adapters.clock.at += timedelta(**duration)

    @property
    def code(self) -> str:
        """The code on the phone."""
        return self.adapters.sender.last_code

    @property
    def wrong_code(self) -> str:
        return f"{(int(self.code) + 1) % 1_000_000:06d}"

    def start(self, number: str = NUMBER, *, key: str | None = None, **members: Any) -> Reply:
        body = {"purpose": "signup", "phone_number": number, **members}
        return self.call("POST", "/v1/verifications", WALLET, body, key=key)

    def started(self, number: str = NUMBER) -> str:
        """The id of a verification whose code was sent."""
        return str(self.start(number).body["verification_id"])

    def check(self, verification_id: str, code: str | None = None, **options: Any) -> Reply:
        body = {"code": self.code if code is None else code}
        return self.call("POST", f"/v1/verifications/{verification_id}/check", WALLET, body, **options)

    def proved(self, number: str = NUMBER) -> str:
        """The id of a verification that is verified."""
        verification_id = self.started(number)
        assert self.check(verification_id).status == 200
        return verification_id

    def bind(self, verification_id: str, customer_id: str = CUSTOMER_ID, **options: Any) -> Reply:
        body = {"verification_id": verification_id, "customer_id": customer_id}
        return self.call("POST", "/v1/customers", WALLET, body, **options)

    def bound(self, customer_id: str = CUSTOMER_ID, number: str = NUMBER) -> str:
        """The id of a customer who holds the number."""
        assert self.bind(self.proved(number), customer_id).status == 201
        return customer_id

    def consent(
        self, purpose: str, decision: str = "given", customer_id: str = CUSTOMER_ID, *, token: str = WALLET, **more: Any
    ) -> Reply:
        key = more.pop("key", None)
        body = {"decision": decision, "notice_version": 1, "locale": "en", "surface": "signup_screen", **more}
        if decision == "given":
            body.setdefault("channels", ["sms", "call"])
        return self.call("PUT", f"/v1/customers/{customer_id}/consents/{purpose}", token, body, key=key)

    def decide(self, purpose: str, channel: str, token: str = STAFF, *, key: str | None = None) -> Reply:
        body = {"customer_id": CUSTOMER_ID, "purpose": purpose, "channel": channel}
        return self.call("POST", "/v1/contact-decisions", token, body, key=key)

    def permitted(self, channel: str, token: str = STAFF) -> str:
        """A fresh contact token for account_security, which needs no consent."""
        return str(self.decide("account_security", channel, token).body["contact_token"])

    def send(self, contact_token: str, token: str = STAFF, **more: Any) -> Reply:
        key = more.pop("key", None)
        body = {"contact_token": contact_token, "template": "account_locked", **more}
        return self.call("POST", "/v1/messages", token, body, key=key)

    def reveal(self, contact_token: str, token: str = STAFF, *, key: str | None = None, **more: Any) -> Reply:
        body = {"contact_token": contact_token, "justification": "Customer asked for a call back", **more}
        return self.call("POST", "/v1/reveals", token, body, key=key)

    def require_silent_log(self) -> None:
        """No number and no code that any SMS carried is in the log."""
        written = self.log.getvalue()
        for sms in self.adapters.sender.sent:
            assert sms.number[3:] not in written
            assert re.search(rf"(?<![0-9a-f]){re.escape(sms.body[-6:])}(?![0-9a-f])", written) is None
