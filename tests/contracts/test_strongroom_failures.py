"""Whatever breaks between the API and the strongroom: asked once, Unavailable, and not a word of the order."""

import traceback
from collections.abc import Callable
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ParamValidationError,
    ReadTimeoutError,
)

from chalicelib.adapters import aws
from chalicelib.adapters.lambda_strongroom import LambdaStrongroom
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.errors import Contended, Unavailable
from chalicelib.entrypoints.log import said_by
from tests.contracts.strongroom_function import INVOKE, invoked
from tests.contracts.wire import Answer, response, text_of

SECRETS = {
    "authorization": "Bearer eyJhbGciOiJFUzI1NiJ9.secret",
    "token": "ct_2hQ6Zc0secret",
    "reason": "Ann of flat 7 asked for it",
    "parameter": "order-4711",
    "body": "the whole body",
    "number": "13800138000",
}
KEYED = KeyedRequest("wallet-app", "message", "key-0123456789abcdef", SECRETS["body"].encode())
QUOTED = " ".join(SECRETS.values())

DOORS: dict[str, Callable[[LambdaStrongroom], object]] = {
    "send_code": lambda near: near.send_code(SECRETS["authorization"], "vrf_x"),
    "send_message": lambda near: near.send_message(
        SECRETS["authorization"], SECRETS["token"], "order_ready", {"order": SECRETS["parameter"]}, KEYED
    ),
    "reveal": lambda near: near.reveal(SECRETS["authorization"], SECRETS["token"], SECRETS["reason"], KEYED, "CASE-7"),
    "approve_reveal": lambda near: near.approve_reveal(SECRETS["authorization"], SECRETS["token"], "cus_1", KEYED),
}


def refusing(status: int, name: str) -> Callable[[AWSPreparedRequest, int], Answer]:
    """AWS's own refusal, which quotes what it refuses."""

    def refuse(request: AWSPreparedRequest, _: int) -> Answer:
        made = response(request, status, b'{"Message": "%s"}' % QUOTED.encode(), INVOKE)
        made.headers["x-amzn-ErrorType"] = name
        return made

    return refuse


def raising(failure: type[Exception], **members: Any) -> Callable[[AWSPreparedRequest, int], Answer]:
    def fail(request: AWSPreparedRequest, _: int) -> Answer:
        raise failure(**{name: value or f"{request.url} {text_of(request)}" for name, value in members.items()})

    return fail


def saying(body: bytes, **headers: str) -> Callable[[AWSPreparedRequest, int], Answer]:
    """The function's answer, whatever it is."""

    def say(request: AWSPreparedRequest, _: int) -> Answer:
        made = response(request, 200, body, INVOKE)
        for name, value in headers.items():
            made.headers[name.replace("_", "-")] = value
        return made

    return say


ON_THE_WAY = {
    "throttled": refusing(429, "TooManyRequestsException"),
    "not allowed": refusing(403, "AccessDeniedException"),
    "no such function": refusing(404, "ResourceNotFoundException"),
    "too large": refusing(413, "RequestTooLargeException"),
    "internal": refusing(500, "ServiceException"),
    "no memory for it": refusing(502, "EC2UnexpectedException"),
    "no name": refusing(503, ""),
    "not reached": raising(EndpointConnectionError, endpoint_url=None, error=None),
    "not connected in time": raising(ConnectTimeoutError, endpoint_url=None),
    "no answer in time": raising(ReadTimeoutError, endpoint_url=None),
    "cut off": raising(ConnectionClosedError, endpoint_url=None),
    "not sent": raising(ParamValidationError, report=None),
    "half an answer": saying(b'{"answer": "acc', Content_Length="4000"),
    "died": saying(
        b'{"errorMessage": "%s", "errorType": "KeyError"}' % QUOTED.encode(), X_Amz_Function_Error="Unhandled"
    ),
    "died of its own will": saying(b'{"answer": "accepted"}', X_Amz_Function_Error="Handled"),
}

NOT_UNDERSTOOD = {
    "nothing": b"",
    "no JSON": QUOTED.encode(),
    "no UTF-8": b'{"answer": "\xff"}',
    "no end": b"[" * 100_000,
    "null": b"null",
    "a list": b'["answer"]',
    "a text": b'"answer"',
    "a number": b"1",
    "no answer": b"{}",
    "other members": b'{"errorMessage": "%s"}' % QUOTED.encode(),
    "no content": b'{"answer": null}',
    "content of another kind": b'{"answer": [1]}',
    "a number for a text": b'{"answer": 13800138000}',
    "half a message": b'{"answer": {"id": "msg_1", "customer_id": "%s"}}' % QUOTED.encode(),
    "a message at no time": b'{"answer": {"id": "m", "customer_id": "c", "purpose": "p", "template": "t",'
    b' "sent_at": "%s", "lapses_at": 1}}' % QUOTED.encode(),
    "an unknown error": b'{"error": "%s", "members": {}}' % QUOTED.encode(),
    "no error's name": b'{"error": "dataclass", "members": {}}',
    "Python's own error": b'{"error": "Exception", "members": {}}',
    "an error of another kind": b'{"error": ["Throttled"], "members": {}}',
    "an error that is null": b'{"error": null, "answer": "accepted"}',
    "an error without its members": b'{"error": "Throttled"}',
    "an error with half its members": b'{"error": "Throttled", "members": {"limit": "opening_by_staff"}}',
    "an error with members of another kind": b'{"error": "FieldInvalid", "members": {"pointer": 1, "reason": "%s"}}'
    % QUOTED.encode(),
}

FAULTS = {**ON_THE_WAY, **{name: saying(body) for name, body in NOT_UNDERSTOOD.items()}}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("fault", FAULTS)
def test_it_is_unavailable_asked_once_and_says_nothing(
    door: str, fault: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("INFO")
    with invoked(FAULTS[fault]) as (near, wire), pytest.raises(Unavailable) as caught:
        DOORS[door](near)
    assert wire.attempts == 1
    failure = caught.value
    # Nothing is known of the order: it may not look like one that was certainly not carried out.
    assert not isinstance(failure, Contended)
    texts = [str(failure), repr(failure), repr(vars(failure)), *traceback.format_exception(failure)]
    for text in [*texts, caplog.text, *capsys.readouterr()]:
        assert not [name for name, secret in SECRETS.items() if secret in text]
    # What may be said of it stands in the log.
    assert said_by(failure) == ({} if fault == "no name" else {"detail": str(failure)})


@pytest.mark.parametrize("door", ["send_message", "reveal"])
def test_an_outcome_is_no_answer_of_another_door(door: str) -> None:
    with invoked(saying(b'{"answer": "accepted"}')) as (near, _), pytest.raises(Unavailable):
        DOORS[door](near)


def test_what_may_be_said_names_the_kind_of_failure() -> None:
    said = {}
    for fault in ("throttled", "not allowed", "no answer in time", "died", "nothing"):
        with invoked(FAULTS[fault]) as (near, _), pytest.raises(Unavailable) as caught:
            DOORS["reveal"](near)
        said[fault] = str(caught.value)
    assert said == {
        "throttled": "Invoke: TooManyRequestsException",
        "not allowed": "Invoke: AccessDeniedException",
        "no answer in time": "ReadTimeoutError",
        "died": "Invoke: FunctionError",
        "nothing": "Invoke: NotUnderstood",
    }


@pytest.mark.parametrize("fault", ["throttled", "not sent", "cut off"])
def test_the_fault_really_quotes(fault: str) -> None:
    # The counter-test: without the translation the order would be in the exception.
    with invoked(FAULTS[fault]), pytest.raises(Exception, match=SECRETS["token"]):
        aws.functions().invoke(FunctionName="any", Payload=SECRETS["token"])
