"""One SMS at most: what is sent, what each outcome means, and that nothing is tried twice."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from chalicelib.adapters import aws
from chalicelib.adapters.policy_files import read_policy
from chalicelib.adapters.sns_sender import SnsSender
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.settings import PACKAGED_POLICY
from infra.local.inbox import READ_BACK_PATH
from tests.contracts.carrier import PUBLISHED, carrier, http_answer, refusal
from tests.contracts.wire import intercepted, passing
from tests.worlds import World, fresh_number, on_engine

RULES = read_policy(PACKAGED_POLICY).rules.sms
NUMBER = parse_phone_number("+8613800138000")


def test_a_message_arrives_once_and_whole(world: World) -> None:
    number, body = fresh_number(), "您的代码: 123456 — don't share é\n\n@wallet.example #123456"
    assert world.ringfence.adapters.sender.send(parse_phone_number(number), body) == "accepted"
    assert [(sms.number, sms.body) for sms in world.sms_to(number)] == [(number, body)]


@on_engine
def test_a_message_carries_its_attributes(world: World, engine_url: str) -> None:
    number = fresh_number()
    with intercepted(aws.sns(), passing) as wire:
        world.ringfence.adapters.sender.send(parse_phone_number(number), "hello")
    assert wire.attempts == 1
    with urllib.request.urlopen(engine_url + READ_BACK_PATH, timeout=5) as answer:
        ((message,),) = [kept for to, kept in json.load(answer)["sms_messages"].items() if to == number]
    attributes: dict[str, Any] = message["MessageAttributes"]
    assert {name: (value["DataType"], value["StringValue"]) for name, value in attributes.items()} == {
        "AWS.SNS.SMS.SMSType": ("String", "Transactional"),
        "AWS.SNS.SMS.SenderID": ("String", RULES.sender_id),
        "AWS.SNS.SMS.MaxPrice": ("Number", RULES.max_price_usd),
    }


def dropped(_: bytes) -> bytes | None:
    return None


def answering(status: int, body: bytes, content_type: str = "text/xml", length: int | None = None) -> Any:
    return lambda _: http_answer(status, body, content_type, length)


OUTCOMES: dict[str, tuple[Callable[[bytes], bytes | None], str]] = {
    "accepted": (answering(200, PUBLISHED), "accepted"),
    "opted out": (answering(400, refusal("OptedOut")), "failed"),
    "invalid": (answering(400, refusal("InvalidParameter", "Invalid parameter: PhoneNumber +8613800138000")), "failed"),
    "not allowed": (answering(403, refusal("AuthorizationError")), "failed"),
    "throttled": (answering(400, refusal("Throttling")), "failed"),
    "too many": (answering(429, refusal("TooManyRequestsException")), "failed"),
    "kms throttled": (answering(400, refusal("KMSThrottling")), "failed"),
    "internal": (answering(500, refusal("InternalError")), "unknown"),
    "unavailable": (answering(503, refusal("ServiceUnavailable")), "unknown"),
    "gateway timeout": (answering(504, b"<html>timeout</html>", "text/html"), "unknown"),
    "dropped": (dropped, "unknown"),
    "half an answer": (answering(200, PUBLISHED[:40], length=len(PUBLISHED)), "unknown"),
    # From something between us and SNS; it may have passed the request on.
    "not XML": (answering(200, b"<html>hello", "text/html"), "unknown"),
    "refusal that is not XML": (answering(400, b"no", "text/plain"), "unknown"),
    "not HTTP": (lambda _: b"\x00\x01\x02\r\n\r\n", "unknown"),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_every_outcome_is_told_and_nothing_is_tried_twice(name: str) -> None:
    answer, expected = OUTCOMES[name]
    with carrier(answer) as there:
        with intercepted(aws.sns(), passing) as wire:
            outcome = SnsSender(RULES).send(NUMBER, "123456 is your code")
        assert wire.attempts == 1
    assert outcome == expected
    assert len(there.requests) == 1


def test_nobody_there_is_unknown() -> None:
    with carrier(dropped) as there, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        aws.forget()
        with intercepted(aws.sns(), passing) as wire:
            assert SnsSender(RULES).send(NUMBER, "hello") == "unknown"
        assert wire.attempts == 1
    assert there.requests == []


def test_the_carrier_would_notice_a_second_attempt() -> None:
    # The counter-test: a client as boto3 makes it by default tries again.
    with carrier(dropped) as there, pytest.raises(Exception, match="Connection was closed"):
        boto3.Session().client("sns").publish(PhoneNumber=NUMBER.e164, Message="hello")
    assert len(there.requests) > 1
