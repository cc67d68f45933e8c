"""What End User Messaging is asked, in its own words. No stand-in has it: requests are looked at on their way out."""

import json
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ConnectionClosedError
from botocore.session import get_session
from botocore.validate import ParamValidator

from chalicelib.adapters import aws
from chalicelib.adapters.end_user_messaging_carrier import REASONS, EndUserMessagingCarrier
from chalicelib.domain.errors import SmsRefused, SmsThrottled, Unavailable
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.domain.receipt import REASONS as WORDS
from chalicelib.domain.sending_rules import EndUserMessaging, SmsRules
from tests.contracts.wire import intercepted, response

NUMBER = parse_phone_number("+8613800138000")
RULES = SmsRules("Ringfence", "0.50", ())
MODEL = get_session().get_service_model("pinpoint-sms-voice-v2")


pytestmark = pytest.mark.usefixtures("nowhere")


def asked(act: Any, status: int = 200, **answer: str) -> tuple[str, dict[str, Any]]:
    """The operation and the body of the one request that the act makes; it is valid by the service's model."""
    seen: list[AWSPreparedRequest] = []

    def reply(request: AWSPreparedRequest, _: int) -> Any:
        seen.append(request)
        return response(request, status, json.dumps(answer).encode(), "application/x-amz-json-1.0")

    with intercepted(aws.sms_voice(), reply):
        act()
    (request,) = seen
    target: Any = request.headers["X-Amz-Target"]
    operation = target.decode().partition(".")[2]
    body = json.loads(request.body)  # type: ignore[arg-type]
    shape: Any = MODEL.operation_model(operation).input_shape
    assert not ParamValidator().validate(body, shape).has_errors()
    return operation, body


def carrier(**account: str) -> EndUserMessagingCarrier:
    return EndUserMessagingCarrier(RULES, EndUserMessaging("pool-1", **account))


def sent(of: EndUserMessagingCarrier, code_seconds: int | None) -> dict[str, Any]:
    operation, body = asked(lambda: of.attempt(NUMBER, "123456", "vrf_1", code_seconds), MessageId="eum-1")
    assert operation == "SendTextMessage"
    return body


def test_a_code_is_not_delivered_when_it_is_over_and_feedback_will_follow() -> None:
    assert sent(carrier(), 421) == {
        "DestinationPhoneNumber": NUMBER.e164,
        "OriginationIdentity": "pool-1",
        "MessageBody": "123456",
        "MessageType": "TRANSACTIONAL",
        "MaxPrice": "0.50",
        "TimeToLive": 421,
        "Context": {"reference": "vrf_1"},
        "MessageFeedbackEnabled": True,
    }


def test_a_message_without_a_code_lives_ten_minutes_and_nobody_can_tell_that_it_was_read() -> None:
    body = sent(carrier(), None)
    assert (body["TimeToLive"], body["MessageFeedbackEnabled"]) == (600, False)


@pytest.mark.parametrize("seconds", [1, 4, 5])
def test_the_service_takes_no_life_below_five_seconds(seconds: int) -> None:
    assert sent(carrier(), seconds)["TimeToLive"] == 5


def test_the_account_s_configurations_go_along() -> None:
    body = sent(carrier(configuration_set="codes", protect_configuration_id="protect-1"), 600)
    assert (body["ConfigurationSetName"], body["ProtectConfigurationId"]) == ("codes", "protect-1")


@pytest.mark.parametrize(("received", "status"), [(True, "RECEIVED"), (False, "FAILED")])
def test_feedback_is_told_in_its_words(received: bool, status: str) -> None:
    operation, body = asked(lambda: carrier().tell("eum-1", received=received))
    assert (operation, body) == ("PutMessageFeedback", {"MessageId": "eum-1", "MessageFeedbackStatus": status})


def test_feedback_that_is_not_taken_is_told_without_a_word_of_it() -> None:
    with pytest.raises(Unavailable, match=r"^PutMessageFeedback: ResourceNotFoundException$"):
        asked(
            lambda: carrier().tell("eum-1", received=True),
            400,
            __type="ResourceNotFoundException",
            Message=NUMBER.e164,
        )


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_is_the_service_s_own_and_a_word_of_ours(reason: str) -> None:
    known = {
        each
        for name in MODEL.shape_names
        if name.endswith("ExceptionReason")
        for each in MODEL.shape_for(name).enum  # type: ignore[attr-defined]
    }
    assert reason in known
    assert REASONS[reason] in WORDS
    with pytest.raises(SmsRefused) as refused:
        asked(
            lambda: carrier().attempt(NUMBER, "x", "vrf_1"),
            400,
            __type="ConflictException",
            Message=NUMBER.e164,
            Reason=reason,
        )
    assert refused.value.reason == REASONS[reason]


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (402, "ServiceQuotaExceededException", "VERIFICATION_ATTEMPTS_PER_DAY"),
        (403, "AccessDeniedException", "ACCOUNT_DISABLED"),
        (400, "ValidationException", None),
        (404, "ResourceNotFoundException", None),
    ],
)
def test_any_other_refusal_is_just_that(status: int, kind: str, reason: str | None) -> None:
    more = {"Reason": reason} if reason else {}
    with pytest.raises(SmsRefused) as refused:
        asked(lambda: carrier().attempt(NUMBER, "x", "vrf_1"), status, __type=kind, Message="no", **more)
    assert refused.value.reason == "refused"


def test_too_many_is_no_refusal() -> None:
    with pytest.raises(SmsThrottled):
        asked(lambda: carrier().attempt(NUMBER, "x", "vrf_1"), 429, __type="Whatever", Message="no")


def test_feedback_may_be_repeated_by_itself_and_a_send_may_not() -> None:
    def lose(request: AWSPreparedRequest, _: int) -> Any:
        raise ConnectionClosedError(endpoint_url=request.url)

    with intercepted(aws.sms_voice(), lose) as wire:
        with pytest.raises(ConnectionClosedError):
            carrier().attempt(NUMBER, "x", "vrf_1")
        assert wire.attempts == 1
