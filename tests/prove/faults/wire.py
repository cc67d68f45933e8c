"""Every call to AWS is numbered, and at one of them something goes wrong."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.httpsession import URLLib3Session
from moto.core.models import botocore_stubber

from tests.contracts.carrier import refusal
from tests.contracts.wire import response
from tests.prove.faults.permissions import permissions_for
from tests.worlds import World

JSON = "application/x-amz-json-1.0"
NOTHING_DUE = "nothing due"


class Died(BaseException):
    """The process is gone. No code of ours may catch it."""


@dataclass(frozen=True)
class Call:
    """One call of a request, however often botocore tries it.

    Attributes:
        function: which function makes it.
        what: the operation and what it is about, e.g. `PutItem throttles`.
        turn: 1 for the first such call of the request.
    """

    function: str
    what: str
    turn: int


@dataclass(frozen=True)
class Fault:
    """What goes wrong, and where.

    Attributes:
        kind: fails, lost, throttled, dies, repeated or rivalled.
        lasts: every later call of the request goes wrong too.
        every_attempt: botocore's own repeats of the call go wrong, and nothing else.
    """

    kind: str
    call: Call
    lasts: bool = False
    every_attempt: bool = False


@dataclass(frozen=True)
class Published:
    """One SMS that the carrier was given.

    Attributes:
        function: the strongroom sends to customers, the others to numbers that nobody has proved.
    """

    at: datetime
    function: str
    text: str


@dataclass(frozen=True)
class Attempt:
    """One attempt of a call, on its way."""

    service: str
    operation: str
    request: AWSPreparedRequest

    @cached_property
    def body(self) -> dict[str, Any]:
        """What it says; nothing where that is no JSON of ours."""
        said: dict[str, Any] = json.loads(_text(self.request.body)) if self.service in ("dynamodb", "kms") else {}
        return said

    @property
    def text(self) -> str:
        """Of the SMS that it is about; empty if it is about none."""
        return parse_qs(_text(self.request.body)).get("Message", [""])[0] if self.service == "sns" else ""

    @property
    def call_id(self) -> str:
        """botocore gives every attempt of one call the same id."""
        return _text(self.request.headers["amz-sdk-invocation-id"])


@dataclass
class Wire:
    """Stands between botocore and AWS.

    Attributes:
        invoke: answers an order to the strongroom's function.
        meanwhile: does what somebody else does while a call is on its way; given the kind of fault.
        due: tables and buckets of the index in which something may be due.
        calls: what the request called so far.
        openings: the request's openings of a customer's number by KMS, by the ids of the calls.
        published: the SMS of the request, and of others meanwhile.
        busy: a request is being watched.
        tripped: the fault has struck.
        needed: every permission that a request has needed so far, with the function that did.
    """

    world: World
    invoke: Callable[[bytes], tuple[bytes, bool]]
    meanwhile: Callable[[str], object]

    due: set[tuple[str, str]] = field(default_factory=set)
    calls: list[Call] = field(default_factory=list)
    openings: set[str] = field(default_factory=set)
    published: list[Published] = field(default_factory=list)
    busy: bool = False
    tripped: bool = False
    needed: set[tuple[str, str]] = field(default_factory=set)
    _function: str = ""
    _serving: str = ""
    _fault: Fault | None = None
    _seen: dict[str, Call] = field(default_factory=dict)
    _dead: bool = False

    def listen(self, events: Any) -> None:
        """Every attempt of clients made from now on passes here.

        Args:
            events: of the session that makes the clients.
        """
        events.register_first("before-send.*.*", self._before_send)
        if self.world.kind == "moto":
            # botocore asks every handler before it takes the first answer: moto would carry out what was refused here.
            events.unregister("before-send", botocore_stubber)

    def watch(self, function: str, fault: Fault | None) -> None:
        """A request begins: its calls are numbered from 1, and one of them may be struck."""
        self.calls, self._seen, self.openings, self.published = [], {}, set(), []
        self.busy, self.tripped, self._dead = True, False, False
        self._function, self._fault = function, fault

    def unwatch(self) -> None:
        """The request has ended."""
        self.busy, self._dead, self._function, self._fault = False, False, "", None

    def bury(self) -> None:
        """The function that died is a new one."""
        self._dead = False

    @contextmanager
    def inside(self, function: str) -> Iterator[None]:
        """The calls are this function's until the block ends."""
        before = self._function, self._serving
        self._function, self._serving = self._function and function, function
        try:
            yield
        finally:
            self._function, self._serving = before

    def _before_send(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse | None:
        _prefix, service, operation = event_name.split(".")
        attempt = Attempt(service, operation, request)
        if self._dead:
            # What its other threads would still have done.
            raise Died
        if not self._function:
            return self._pass_on(attempt)
        call, is_first = self._numbered(attempt)
        fault = self._fault
        if fault is None or not self._strikes(fault, call, is_first):
            return self._pass_on(attempt)
        self.tripped = True
        match fault.kind:
            case "fails":
                raise EndpointConnectionError(endpoint_url=request.url)
            case "throttled":
                return _throttled(attempt)
            case "lost":
                self._apply(attempt)
                raise ReadTimeoutError(endpoint_url=request.url)
            case "dies":
                self._apply(attempt)
                self._dead = True
                raise Died
            case _:
                self._let_others(fault.kind)
                return self._pass_on(attempt)

    def _strikes(self, fault: Fault, call: Call, is_first: bool) -> bool:
        if fault.lasts:
            return self.tripped or call == fault.call
        return call == fault.call and (is_first or fault.every_attempt)

    def _numbered(self, attempt: Attempt) -> tuple[Call, bool]:
        """The call, and whether this is its first attempt."""
        if attempt.call_id in self._seen:
            return self._seen[attempt.call_id], False
        needed = permissions_for(attempt.service, attempt.operation, attempt.body, self.world.name)
        self.needed |= {(self._function, permission) for permission in needed}
        what = self._about(attempt)
        turn = 1 + sum((call.function, call.what) == (self._function, what) for call in self.calls)
        call = self._seen[attempt.call_id] = Call(self._function, what, turn)
        self.calls.append(call)
        return call, True

    def _let_others(self, kind: str) -> None:
        function, self._function = self._function, ""
        try:
            self.meanwhile(kind)
        finally:
            self._function = function

    def _pass_on(self, attempt: Attempt) -> AWSResponse | None:
        if attempt.service != "lambda" and self.world.kind == "engine":
            self._note(attempt)
            return None
        return self._apply(attempt)

    def _apply(self, attempt: Attempt) -> AWSResponse:
        if attempt.service == "lambda":
            payload, died = self.invoke(_text(attempt.request.body).encode())
            made = response(attempt.request, 200, payload, "application/json")
            if died:
                made.headers["X-Amz-Function-Error"] = "Unhandled"
            return made
        self._note(attempt)
        if self.world.kind == "engine":
            return URLLib3Session().send(attempt.request)
        answer = botocore_stubber("before-send", attempt.request)
        assert isinstance(answer, AWSResponse)
        return answer

    def _note(self, attempt: Attempt) -> None:
        if attempt.service == "sns":
            self.published.append(Published(self.world.clock.now(), self._serving, attempt.text))
        number_key = self.world.ringfence.adapters.settings.keys["number"]
        if attempt.operation == "Decrypt" and attempt.body["KeyId"] == number_key:
            self.openings.add(attempt.call_id)

    def _about(self, attempt: Attempt) -> str:
        operation, body, prefix = attempt.operation, attempt.body, f"{self.world.name}-"
        if attempt.service == "kms":
            names = {key_id: name for name, key_id in self.world.ringfence.adapters.settings.keys.items()}
            return f"{operation} {names[body['KeyId']]}"
        if attempt.service != "dynamodb":
            return operation
        if operation == "TransactWriteItems":
            tables = [
                str(next(iter(item.values()))["TableName"]).removeprefix(prefix) for item in body["TransactItems"]
            ]
            return f"{operation} {', '.join(dict.fromkeys(tables))}"
        table = str(body["TableName"]).removeprefix(prefix)
        if body.get("IndexName") == "due_bucket":
            bucket = str(body["ExpressionAttributeValues"][":value"]["S"])
            return f"{operation} {table}, {'due' if (table, bucket) in self.due else NOTHING_DUE}"
        return f"{operation} {table}"


def _throttled(attempt: Attempt) -> AWSResponse:
    """The service's own form of `too fast`."""
    if attempt.service == "sns":
        return response(attempt.request, 400, refusal("Throttling"), "text/xml")
    if attempt.service == "lambda":
        made = response(attempt.request, 429, b'{"message": "Rate Exceeded."}', "application/json")
        made.headers["x-amzn-ErrorType"] = "TooManyRequestsException"
        return made
    said: dict[str, Any] = {"__type": "ThrottlingException", "message": "Rate exceeded"}
    if "TransactItems" in attempt.body:
        reasons = [{"Code": "ThrottlingError", "Message": "too fast"} for _ in attempt.body["TransactItems"]]
        said = {"__type": "TransactionCanceledException", "message": "no", "CancellationReasons": reasons}
    elif attempt.service == "dynamodb":
        said = {"__type": "ProvisionedThroughputExceededException", "message": "too fast"}
    return response(attempt.request, 400, json.dumps(said).encode(), JSON)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
