"""What every way to a phone has in common: one attempt, an id or a refusal of a known kind, and nothing said of it."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ConnectionClosedError

from chalicelib.adapters import aws
from chalicelib.adapters.end_user_messaging_carrier import EndUserMessagingCarrier
from chalicelib.adapters.sns_carrier import SnsCarrier
from chalicelib.adapters.webhook_carrier import WebhookCarrier
from chalicelib.domain.errors import SmsRefused, SmsThrottled
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.domain.sending_rules import EndUserMessaging, SmsRules, Webhook
from chalicelib.ports import SmsCarrier
from tests.clock import FixedClock
from tests.contracts.carrier import PUBLISHED, refusal
from tests.contracts.gateway import gateway
from tests.contracts.wire import intercepted, response
from tests.fakes import NOON, MemorySender

NUMBER = parse_phone_number("+8613800138000")
BODY = "123456 is your code"
RULES = SmsRules("Ringfence", "0.50", ())
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class FarEnd:
    """A carrier with its far end.

    Attributes:
        arrived: how many attempts reached the far end.
    """

    carrier: SmsCarrier
    arrived: Callable[[], int]


# A carrier whose far end accepts, throttles, refuses, fails, says that the owner opted out, or ends in silence.
Way = Callable[[str, Path], AbstractContextManager[FarEnd]]


@contextmanager
def fake(says: str, _: Path) -> Iterator[FarEnd]:
    outcomes = {"accepts": "accepted", "throttles": "throttled", "opted out": "opted_out", "refuses": "failed"}
    counted: list[int] = []

    class Counting(MemorySender):
        def attempt(self, *message: Any) -> str:
            counted.append(1)
            return super().attempt(*message)

    yield FarEnd(Counting(outcomes.get(says, "unknown")), lambda: len(counted))


@contextmanager
def answering(client: Any, carrier: SmsCarrier, answer: Any) -> Iterator[FarEnd]:
    with intercepted(client(), answer) as wire:
        yield FarEnd(carrier, lambda: wire.attempts)


def sns(says: str, _: Path) -> AbstractContextManager[FarEnd]:
    bodies = {
        "accepts": (200, PUBLISHED),
        "throttles": (400, refusal("Throttling")),
        "opted out": (400, refusal("OptedOut")),
        "refuses": (400, refusal("InvalidParameter", f"Invalid parameter: PhoneNumber {NUMBER.e164}")),
        "fails": (500, refusal("InternalError")),
    }

    def answer(request: AWSPreparedRequest, _: int) -> Any:
        if says == "silent":
            raise ConnectionClosedError(endpoint_url=request.url)
        return response(request, *bodies[says], "text/xml")

    return answering(aws.sns, SnsCarrier(RULES), answer)


def end_user_messaging(says: str, _: Path) -> AbstractContextManager[FarEnd]:
    bodies: dict[str, tuple[int, dict[str, str]]] = {
        "accepts": (200, {"MessageId": "a1b2c3d4-0000"}),
        "throttles": (400, {"__type": "ThrottlingException", "Message": "slow down"}),
        "opted out": (
            400,
            {"__type": "ConflictException", "Message": NUMBER.e164, "Reason": "DESTINATION_PHONE_NUMBER_OPTED_OUT"},
        ),
        "refuses": (400, {"__type": "ValidationException", "Message": NUMBER.e164, "Reason": "CANNOT_PARSE"}),
        "fails": (500, {"__type": "InternalServerException", "Message": "no"}),
    }

    def answer(request: AWSPreparedRequest, _: int) -> Any:
        if says == "silent":
            raise ConnectionClosedError(endpoint_url=request.url)
        status, body = bodies[says]
        return response(request, status, json.dumps(body).encode(), "application/x-amz-json-1.0")

    carrier = EndUserMessagingCarrier(RULES, EndUserMessaging("pool-1"))
    return answering(aws.sms_voice, carrier, answer)


@contextmanager
def webhook(says: str, folder: Path) -> Iterator[FarEnd]:
    statuses = {"throttles": 429, "opted out": 403, "refuses": 400, "fails": 500}
    accepted = b'{"message_id":"provider-1"}'

    def answer(_: object) -> Any:
        if says == "silent":
            return None
        return (200, {}, accepted) if says == "accepts" else (statuses[says], {}, NUMBER.e164.encode())

    with gateway(folder, answer) as there:
        carrier = WebhookCarrier(Webhook(there.url), lambda: SECRET, FixedClock(NOON))
        yield FarEnd(carrier, lambda: len(there.requests))


WAYS: dict[str, Way] = {"fake": fake, "sns": sns, "end_user_messaging": end_user_messaging, "webhook": webhook}


pytestmark = pytest.mark.usefixtures("nowhere")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], AbstractContextManager[FarEnd]]:
    return lambda says: WAYS[request.param](says, tmp_path)


By = Callable[[str], AbstractContextManager[FarEnd]]


def test_what_is_accepted_has_an_id(way: By) -> None:
    with way("accepts") as there:
        message_id = there.carrier.attempt(NUMBER, BODY, "vrf_1", 600)
        assert message_id
        assert not NUMBER.stands_in(message_id)
        assert there.arrived() == 1


def test_too_busy_is_surely_not_sent(way: By) -> None:
    with way("throttles") as there:
        with pytest.raises(SmsThrottled):
            there.carrier.attempt(NUMBER, BODY, "vrf_1", 600)
        assert there.arrived() == 1


@pytest.mark.parametrize("says", ["opted out", "refuses"])
def test_a_refusal_says_why_in_a_word_of_ours(way: By, says: str) -> None:
    with way(says) as there:
        with pytest.raises(SmsRefused) as refused:
            there.carrier.attempt(NUMBER, BODY, "vrf_1", 600)
        assert refused.value.reason in ("opted_out", "refused", "failed")
        assert there.arrived() == 1
        # Neither it nor what it came from quotes the number.
        assert not NUMBER.stands_in(repr((refused.value, refused.value.__cause__, str(refused.value))))
        assert refused.value.__suppress_context__ or refused.value.__context__ is None


@pytest.mark.parametrize("says", ["fails", "silent"])
def test_whatever_else_happens_may_have_sent_it_and_is_not_tried_again(way: By, says: str) -> None:
    with way(says) as there:
        with pytest.raises(Exception, match=r"(?s).*") as failed:
            there.carrier.attempt(NUMBER, BODY, "vrf_1", 600)
        assert not isinstance(failed.value, SmsRefused | SmsThrottled)
        assert there.arrived() == 1


def test_its_repr_shows_no_secret(way: By) -> None:
    with way("accepts") as there:
        there.carrier.attempt(NUMBER, BODY, "vrf_1", 600)
        assert SECRET[6:] not in repr(there.carrier)


@pytest.mark.parametrize("name", ["sns", "end_user_messaging"])
def test_the_owner_s_no_is_told_as_such(name: str, tmp_path: Path) -> None:
    with WAYS[name]("opted out", tmp_path) as there, pytest.raises(SmsRefused) as refused:
        there.carrier.attempt(NUMBER, BODY, "vrf_1", 600)
    assert refused.value.reason == "opted_out"
