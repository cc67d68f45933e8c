"""The webhook to a provider's gateway: signed as the standard says, to one URL, once."""

import base64
import hmac
import json
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters import aws, webhook_carrier
from chalicelib.adapters.webhook_carrier import WebhookCarrier
from chalicelib.domain.errors import SmsRefused, SmsThrottled
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.domain.sending_rules import Webhook
from tests.clock import FixedClock
from tests.contracts.gateway import Gateway, Request, gateway
from tests.fakes import NOON

NUMBER = parse_phone_number("+8613800138000")
BODY = "您的代码: 123456 — é\n\n@wallet.example #123456"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER_SECRET = "whsec_" + base64.b64encode(b"another secret of 32 octets, yes").decode()
# How far a receiver lets the timestamp be from its own clock, as the standard's libraries do.
TOLERANCE_SECONDS = 300


class Forged(Exception):
    """What a receiver that follows the standard refuses."""


def received(request: Request, secret: str, now: float) -> dict[str, Any]:
    """What a receiver reads, once it has checked the signature. Written from the standard, apart from what it checks.

    Raises:
        Forged: it is none of the sender's, or of another time.
    """
    stamp, ident = request.headers["webhook-timestamp"], request.headers["webhook-id"]
    if abs(now - int(stamp)) > TOLERANCE_SECONDS:
        raise Forged
    content = ident.encode("ascii") + b"." + stamp.encode("ascii") + b"." + request.body
    _, _, key = secret.partition("_")
    mac = hmac.new(base64.b64decode(key), content, "sha256").digest()
    offered = [part.split(",", 1) for part in request.headers["webhook-signature"].split(" ")]
    if not any(version == "v1" and base64.b64decode(text) == mac for version, text in offered):
        raise Forged
    read: dict[str, Any] = json.loads(request.body)
    return read


def accepting(_: Request) -> Any:
    return 202, {"content-type": "application/json"}, b'{"message_id":"provider-1"}'


def carrier(there: Gateway, clock: FixedClock | None = None, secrets: str = SECRET) -> WebhookCarrier:
    return WebhookCarrier(Webhook(there.url), lambda: secrets, clock or FixedClock(NOON))


def test_a_receiver_that_follows_the_standard_believes_it(tmp_path: Path) -> None:
    with gateway(tmp_path, accepting) as there:
        assert carrier(there).attempt(NUMBER, BODY, "vrf_1", 421) == "provider-1"
    (request,) = there.requests
    assert received(request, SECRET, NOON.timestamp()) == {
        "to": NUMBER.e164,
        "text": BODY,
        "reference": "vrf_1",
        "time_to_live_seconds": 421,
    }
    assert request.path == "/sms"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"].startswith("vrf_1_")
    # The standard keeps the separator out of the id.
    assert "." not in request.headers["webhook-id"]


def test_a_message_without_a_code_has_no_end(tmp_path: Path) -> None:
    with gateway(tmp_path, accepting) as there:
        carrier(there).attempt(NUMBER, BODY, "msg_1")
    assert "time_to_live_seconds" not in received(there.requests[0], SECRET, NOON.timestamp())


def test_nothing_of_it_can_be_changed_or_replayed(tmp_path: Path) -> None:
    with gateway(tmp_path, accepting) as there:
        carrier(there).attempt(NUMBER, BODY, "vrf_1", 421)
    (request,) = there.requests
    now = NOON.timestamp()
    other = parse_phone_number("+447400123456").e164.encode()
    forgeries = [
        Request(request.path, request.headers, request.body.replace(NUMBER.e164.encode(), other)),
        Request(request.path, {**request.headers, "webhook-id": "vrf_2"}, request.body),
        Request(request.path, {**request.headers, "webhook-timestamp": str(int(now) + 1)}, request.body),
    ]
    for forgery in forgeries:
        with pytest.raises(Forged):
            received(forgery, SECRET, now)
    with pytest.raises(Forged):
        received(request, OTHER_SECRET, now)
    with pytest.raises(Forged):
        received(request, SECRET, now + TOLERANCE_SECONDS + 1)


def test_a_resend_has_an_id_of_its_own_or_a_receiver_would_drop_it(tmp_path: Path) -> None:
    clock = FixedClock(NOON)
    with gateway(tmp_path, accepting) as there:
        carrier(there, clock).attempt(NUMBER, BODY, "vrf_1", 600)
        clock.at += timedelta(seconds=30)
        carrier(there, clock).attempt(NUMBER, BODY, "vrf_1", 570)
    assert len({request.headers["webhook-id"] for request in there.requests}) == 2


def test_while_the_secret_changes_both_are_good(tmp_path: Path) -> None:
    with gateway(tmp_path, accepting) as there:
        carrier(there, secrets=f"{SECRET} {OTHER_SECRET}").attempt(NUMBER, BODY, "vrf_1")
    for secret in (SECRET, OTHER_SECRET):
        assert received(there.requests[0], secret, NOON.timestamp())["reference"] == "vrf_1"


ANSWERS: dict[str, tuple[int, bytes, type[Exception] | None]] = {
    "200": (200, b'{"message_id":"provider-1"}', None),
    "201 with more in it": (201, b'{"message_id":"provider-1","parts":2}', None),
    "429": (429, b'{"message_id":"provider-1"}', SmsThrottled),
    "400": (400, b"", SmsRefused),
    "401": (401, b"", SmsRefused),
    "499": (499, b"", SmsRefused),
    "500": (500, b'{"message_id":"provider-1"}', ValueError),
    "503": (503, b"", ValueError),
    "200 without a body": (200, b"", ValueError),
    "200 that is not JSON": (200, b"<html>", ValueError),
    "200 without an id": (200, b"{}", KeyError),
    "an id that is none": (200, b'{"message_id":7}', TypeError),
    "an empty id": (200, b'{"message_id":""}', ValueError),
    "the number as its id": (200, b'{"message_id":"+8613800138000"}', ValueError),
    "the number in its id": (200, b'{"message_id":"sms-13800138000"}', ValueError),
    "an endless id": (200, json.dumps({"message_id": "a" * 101}).encode(), ValueError),
    "an endless answer": (200, b'{"message_id":"a","x":"' + b"x" * 20_000 + b'"}', ValueError),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_means_something_and_nothing_is_tried_twice(name: str, tmp_path: Path) -> None:
    status, body, error = ANSWERS[name]
    with gateway(tmp_path, lambda _: (status, {}, body)) as there:
        if error is None:
            assert carrier(there).attempt(NUMBER, BODY, "vrf_1") == "provider-1"
        else:
            with pytest.raises(error):
                carrier(there).attempt(NUMBER, BODY, "vrf_1")
    assert len(there.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_is_no_acceptance(status: int, tmp_path: Path) -> None:
    def redirecting(_: Request) -> Any:
        return status, {"location": "/elsewhere"}, b'{"message_id":"provider-1"}'

    with gateway(tmp_path, redirecting) as there, pytest.raises(ValueError, match=r"^$"):
        carrier(there).attempt(NUMBER, BODY, "vrf_1")
    assert [request.path for request in there.requests] == ["/sms"]


def test_who_cannot_prove_to_be_the_provider_gets_nothing(tmp_path: Path) -> None:
    with gateway(tmp_path, accepting, trusted=False) as there, pytest.raises(Exception, match="VERIFY_FAILED"):
        carrier(there).attempt(NUMBER, BODY, "vrf_1")
    assert there.requests == []


def test_a_gateway_that_says_nothing_is_left_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws, "READ_SECONDS", 0.3)
    released = threading.Event()

    def silent(_: Request) -> Any:
        released.wait(10)

    with gateway(tmp_path, silent) as there:
        begun = time.monotonic()
        with pytest.raises(Exception, match="timed out"):
            carrier(there).attempt(NUMBER, BODY, "vrf_1")
        assert time.monotonic() - begun < 5
        released.set()
    assert len(there.requests) == 1


SHORT = "whsec_" + base64.b64encode(b"23 octets are one short").decode()


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_%%%", "not base64!", SHORT, f"{SECRET} {SHORT}"])
def test_without_a_secret_that_is_one_nothing_leaves(secret: str, tmp_path: Path) -> None:
    with gateway(tmp_path, accepting) as there, pytest.raises(ValueError, match=r"^$|base64|padd"):
        carrier(there, secrets=secret).attempt(NUMBER, BODY, "vrf_1")
    assert there.requests == []


def test_the_standard_s_own_example_has_the_standard_s_signature() -> None:
    # That of its reference libraries.
    headers = webhook_carrier._signed("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', SECRET)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
