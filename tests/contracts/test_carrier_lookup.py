"""What End User Messaging is asked about a number, in its own words. No stand-in has it."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ReadTimeoutError
from botocore.session import get_session
from botocore.validate import ParamValidator

from chalicelib.adapters import aws
from chalicelib.adapters.end_user_messaging_lookup import EndUserMessagingLookup
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.phone_number import parse_phone_number
from tests.contracts.wire import intercepted, response

NUMBER = parse_phone_number("+8613800138000")
OPERATION = get_session().get_service_model("pinpoint-sms-voice-v2").operation_model("CarrierLookup")
WHOLE = {"E164PhoneNumber": NUMBER.e164, "PhoneNumberType": "MOBILE"}

pytestmark = pytest.mark.usefixtures("nowhere")


def looked_up(answer: Mapping[str, str], status: int = 200) -> tuple[str | None, dict[str, Any]]:
    """What came of the one request, and its body; it is valid by the service's model."""
    seen: list[AWSPreparedRequest] = []

    def reply(request: AWSPreparedRequest, _: int) -> Any:
        seen.append(request)
        return response(request, status, json.dumps(dict(answer)).encode(), "application/x-amz-json-1.0")

    with intercepted(aws.carrier_lookup(), reply):
        carrier = EndUserMessagingLookup().carrier(NUMBER)
    (request,) = seen
    target: Any = request.headers["X-Amz-Target"]
    assert target.decode() == "PinpointSMSVoiceV2.CarrierLookup"
    body = json.loads(request.body)  # type: ignore[arg-type]
    shape: Any = OPERATION.input_shape
    assert not ParamValidator().validate(body, shape).has_errors()
    return carrier, body


def test_the_carrier_is_named_in_the_service_s_words() -> None:
    assert looked_up({**WHOLE, "Carrier": "Carrier One"}) == ("Carrier One", {"PhoneNumber": NUMBER.e164})
    assert {"Carrier", "PhoneNumberType"} <= set(OPERATION.output_shape.members)  # type: ignore[union-attr]


@pytest.mark.parametrize("answer", [WHOLE, {**WHOLE, "Carrier": ""}, {**WHOLE, "PhoneNumberType": "INVALID"}])
def test_a_service_that_does_not_say_says_nothing(answer: dict[str, str]) -> None:
    assert looked_up(answer)[0] is None


@pytest.mark.parametrize(("status", "kind"), [(400, "ThrottlingException"), (403, "AccessDeniedException")])
def test_a_refusal_is_told_without_a_word_of_it(status: int, kind: str) -> None:
    with pytest.raises(Unavailable, match=rf"^CarrierLookup: {kind}$"):
        looked_up({"__type": kind, "Message": NUMBER.e164}, status)


def test_it_is_asked_once_and_waited_for_for_a_moment() -> None:
    def late(request: AWSPreparedRequest, _: int) -> Any:
        raise ReadTimeoutError(endpoint_url=request.url)

    client = aws.carrier_lookup()
    assert client.meta.config.read_timeout == aws.LOOKUP_SECONDS  # type: ignore[attr-defined]
    with intercepted(client, late) as wire, pytest.raises(Unavailable, match=r"^ReadTimeoutError$"):
        EndUserMessagingLookup().carrier(NUMBER)
    assert wire.attempts == 1
