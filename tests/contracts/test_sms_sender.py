"""One SMS at most: which way it goes, what is sent, what each outcome means, and that nothing is tried twice."""

import json
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest

from chalicelib.adapters import aws
from chalicelib.adapters.policy_files import read_policy
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.domain.sending_rules import EndUserMessaging, Senders
from chalicelib.domain.sent import Sent
from chalicelib.services.sms_sender import SmsSender
from chalicelib.settings import PACKAGED_POLICY
from infra.local.inbox import READ_BACK_PATH
from tests.contracts.carrier import PUBLISHED, carrier, http_answer, refusal, sns_sender
from tests.contracts.wire import intercepted, passing
from tests.fakes import MemoryJournal, MemorySender
from tests.worlds import World, fresh_number, on_engine

POLICY = read_policy(PACKAGED_POLICY)
RULES = POLICY.rules.sms
NUMBER = parse_phone_number("+8613800138000")


def test_a_message_arrives_once_and_whole(world: World) -> None:
    number, body = fresh_number(), "您的代码: 123456 — don't share é\n\n@wallet.example #123456"
    sent = world.ringfence.sender.send(parse_phone_number(number), body, "vrf_1", 600)
    assert (sent.outcome, sent.sender, sent.reason) == ("accepted", "sns", None)
    assert sent.message_id
    assert [(sms.number, sms.body) for sms in world.sms_to(number)] == [(number, body)]


def test_every_message_has_an_id_of_its_own(world: World) -> None:
    ids = {world.ringfence.sender.send(parse_phone_number(fresh_number()), "x", "vrf_1").message_id for _ in range(3)}
    assert len(ids - {None}) == 3


@on_engine
def test_a_message_carries_its_attributes(world: World, engine_url: str) -> None:
    number = fresh_number()
    with intercepted(aws.sns(), passing) as wire:
        world.ringfence.sender.send(parse_phone_number(number), "hello", "vrf_1")
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


ACCEPTED, THROTTLED = Sent("accepted", "sns", message_id="1"), Sent("throttled", "sns", reason="throttled")
REFUSED, UNKNOWN = Sent("failed", "sns", reason="refused"), Sent("unknown", "sns")
OUTCOMES: dict[str, tuple[Callable[[bytes], bytes | None], Sent]] = {
    "accepted": (answering(200, PUBLISHED), ACCEPTED),
    "opted out": (answering(400, refusal("OptedOut")), Sent("opted_out", "sns", reason="opted_out")),
    "invalid": (answering(400, refusal("InvalidParameter", "Invalid parameter: PhoneNumber +8613800138000")), REFUSED),
    "not allowed": (answering(403, refusal("AuthorizationError")), REFUSED),
    "throttled": (answering(400, refusal("Throttling")), THROTTLED),
    "throttled in another form": (answering(400, refusal("ThrottledException")), THROTTLED),
    "too many": (answering(429, refusal("TooManyRequestsException")), THROTTLED),
    "too many, of no known kind": (answering(429, refusal("SlowDown")), THROTTLED),
    "internal": (answering(500, refusal("InternalError")), UNKNOWN),
    "unavailable": (answering(503, refusal("ServiceUnavailable")), UNKNOWN),
    "throttled by what stands before it": (answering(503, refusal("Throttling")), UNKNOWN),
    "gateway timeout": (answering(504, b"<html>timeout</html>", "text/html"), UNKNOWN),
    "dropped": (dropped, UNKNOWN),
    "half an answer": (answering(200, PUBLISHED[:40], length=len(PUBLISHED)), UNKNOWN),
    # From something between us and SNS; it may have passed the request on.
    "not XML": (answering(200, b"<html>hello", "text/html"), UNKNOWN),
    "refusal that is not XML": (answering(400, b"no", "text/plain"), UNKNOWN),
    "not HTTP": (lambda _: b"\x00\x01\x02\r\n\r\n", UNKNOWN),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_every_outcome_is_told_and_nothing_is_tried_twice(name: str) -> None:
    answer, expected = OUTCOMES[name]
    with carrier(answer) as there:
        with intercepted(aws.sns(), passing) as wire:
            sent = sns_sender().send(NUMBER, "123456 is your code", "vrf_1")
        assert wire.attempts == 1
    assert sent == expected
    assert len(there.requests) == 1


def test_nobody_there_is_unknown() -> None:
    with carrier(dropped) as there, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        aws.forget()
        with intercepted(aws.sns(), passing) as wire:
            assert sns_sender().send(NUMBER, "hello", "vrf_1") == UNKNOWN
        assert wire.attempts == 1
    assert there.requests == []


def test_the_carrier_would_notice_a_second_attempt() -> None:
    # The counter-test: a client as boto3 makes it by default tries again.
    with carrier(dropped) as there, pytest.raises(Exception, match="Connection was closed"):
        boto3.Session().client("sns").publish(PhoneNumber=NUMBER.e164, Message="hello")
    assert len(there.requests) > 1


def test_the_policy_says_which_way_and_no_other_is_tried() -> None:
    other = POLICY.rules.countries["other"]
    rules = replace(
        POLICY.rules,
        countries={"other": other, "CN": replace(other, sender="end_user_messaging")},
        senders=Senders(EndUserMessaging("pool-1")),
    )
    carriers = {"sns": MemorySender(), "end_user_messaging": MemorySender(outcome="failed")}
    journal = MemoryJournal()
    sender = SmsSender(replace(POLICY, rules=rules), carriers, journal)
    assert sender.send(NUMBER, "x", "vrf_1") == Sent("failed", "end_user_messaging", reason="failed")
    assert carriers["sns"].sent == []
    assert sender.send(parse_phone_number("+447400123456"), "x", "vrf_1").sender == "sns"
    assert len(carriers["sns"].sent) == 1
    ((event, figures), _) = journal.notes
    assert (event, figures["sender"], figures["region"], figures["outcome"]) == (
        "sms",
        "end_user_messaging",
        "CN",
        "failed",
    )
    assert NUMBER.e164[3:] not in repr(journal.notes)


def test_a_carrier_that_is_not_there_is_unknown_and_not_an_error() -> None:
    journal = MemoryJournal()
    assert SmsSender(POLICY, {}, journal).send(NUMBER, "x", "vrf_1") == UNKNOWN
    # Or nobody would learn why all that goes there is unknown.
    assert journal.notes[0][1]["error"] == "KeyError"
