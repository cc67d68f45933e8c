"""The journey's lines, and that it stops at whatever breaks the contract."""

import base64
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from rich.console import Console

from infra.local.gateway import CALLS_HEADER
from infra.local.http_server import LocalHandler, LocalServer
from infra.local.journey import MOBILE_RANGES, Journey, new_number, step_line
from infra.local.journey_client import Broken, Caller, Reply
from infra.local.journey_steps import catalogue

PROBLEM: dict[str, Any] = {
    "type": "urn:ringfence:problem:code-incorrect",
    "title": "Wrong code",
    "status": 422,
    "detail": "The code is wrong.",
    "instance": "id",
    "attempts_remaining": 4,
}


def a_reply(status: int = 200, content_type: str = "application/json", /, **body: Any) -> Reply:
    return Reply(status, content_type, body, 12.34, 7)


def test_a_line_says_what_status_time_and_calls() -> None:
    assert step_line(3, "a code is right", a_reply()).split() == [
        "3",
        "a",
        "code",
        "is",
        "right",
        "200",
        "12.3",
        "ms",
        "7",
        "AWS",
    ]


def test_a_line_without_a_count_says_so() -> None:
    assert step_line(3, "x", Reply(200, "", {}, 1, None)).split()[-2:] == ["–", "AWS"]


def test_lines_stand_under_each_other() -> None:
    assert len({len(step_line(n, "x" * n, a_reply())) for n in (1, 9, 20)}) == 1


def test_what_is_promised_passes() -> None:
    good, refusal = a_reply(status="x"), a_reply(422, "application/problem+json", **PROBLEM)
    assert good.must(200, status="x").must_have("status") is good
    assert refusal.must_be_problem(422, "code-incorrect", attempts_remaining=4) is refusal


@pytest.mark.parametrize(
    ("check", "says"),
    [
        (lambda: a_reply(500).must(200), "status 500, not 200"),
        (lambda: a_reply(status="pending").must(200, status="verified"), "status is 'pending', not 'verified'"),
        (lambda: a_reply().must_have("customer_id"), "customer_id is missing"),
        (lambda: a_reply(customer_id=None).must_have("customer_id"), "customer_id is missing"),
        (lambda: a_reply(422, **PROBLEM).must_be_problem(422, "code-incorrect"), "content type application/json"),
        (
            lambda: a_reply(422, "application/problem+json", **PROBLEM).must_be_problem(422, "verification-locked"),
            "type is",
        ),
        (
            lambda: a_reply(422, "application/problem+json", **PROBLEM | {"instance": ""}).must_be_problem(
                422, "code-incorrect"
            ),
            "instance is missing",
        ),
        (
            lambda: a_reply(422, "application/problem+json", **PROBLEM | {"status": 400}).must_be_problem(
                422, "code-incorrect"
            ),
            "status is 400, not 422",
        ),
    ],
)
def test_what_is_not_promised_breaks(check: Callable[[], Reply], says: str) -> None:
    with pytest.raises(Broken, match=says):
        check()


def test_numbers_are_mobile_and_differ() -> None:
    numbers = {new_number() for _ in range(50)}
    assert len(numbers) > 45
    assert all(number.startswith(tuple(prefix for prefix, _ in MOBILE_RANGES)) for number in numbers)
    assert all(len(number) == 14 for number in numbers)


class _Scripted(LocalHandler):
    """Answers each path as the test says."""

    def __init__(self, *args: Any, answers: dict[str, tuple[int, Any]]) -> None:
        self._answers = answers
        super().__init__(*args)

    def answer(self) -> None:
        status, body = self._answers[self.path]
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        media_type = "application/jose" if self.headers["Accept"] == "application/jose" else "application/json"
        self.send(status, [("Content-Type", media_type), (CALLS_HEADER, "2")], content)


@pytest.fixture
def scripted() -> Iterator[Callable[[dict[str, tuple[int, Any]]], Journey]]:
    servers: list[LocalServer] = []

    def begin(answers: dict[str, tuple[int, Any]]) -> Journey:
        server = LocalServer(0, partial(_Scripted, answers=answers))
        server.start()
        servers.append(server)
        caller = Caller(f"http://127.0.0.1:{server.port}")
        return Journey(Console(quiet=True), caller, caller, caller, caller, caller, number="+8613800000012")

    yield begin
    for server in servers:
        server.stop()


Begin = Callable[[dict[str, tuple[int, Any]]], Journey]
GOOD: dict[str, tuple[int, Any]] = {
    "/healthz": (200, {"status": "ok"}),
    "/v1/purposes?locale=en": (200, {"purposes": [{"purpose": "order_notice", "notice_version": 3}]}),
    "/v1/notices/order_notice/3?locale=en": (200, {"text": "words", "sha256": "digest"}),
}


def test_a_stage_counts_its_steps_and_calls(scripted: Begin) -> None:
    journey = scripted(GOOD)
    catalogue(journey)
    assert (journey.steps, journey.aws_calls) == (3, 6)
    assert journey.known == {"notice_version": 3, "notice_sha256": "digest"}


@pytest.mark.parametrize(
    ("change", "steps_before"),
    [
        ({"/healthz": (503, {})}, 0),
        ({"/healthz": (200, b"<html>")}, 0),
        ({"/v1/purposes?locale=en": (200, {"purposes": []})}, 1),
        ({"/v1/purposes?locale=en": (200, {"purposes": [{"purpose": "other", "notice_version": 1}]})}, 2),
        ({"/v1/notices/order_notice/3?locale=en": (200, {"text": "words"})}, 2),
    ],
)
def test_a_stage_stops_where_the_contract_is_broken(
    scripted: Begin, change: dict[str, tuple[int, Any]], steps_before: int
) -> None:
    journey = scripted(GOOD | change)
    with pytest.raises(Broken):
        catalogue(journey)
    assert journey.steps == steps_before


def test_the_phone_must_get_exactly_one_message(scripted: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.local.journey.SMS_WITHIN_SECONDS", 0.2)
    mine = {"to": "+8613800000012", "body": "one"}
    others = {"to": "+8613800000099", "body": "not mine"}
    assert scripted({"/inbox.json": (200, [others, mine])}).next_sms() == mine
    for messages in ([others], [mine, mine]):
        with pytest.raises(Broken, match="SMS reached the phone"):
            scripted({"/inbox.json": (200, messages)}).next_sms()


def test_the_mask_shows_the_calling_code_and_two_digits(scripted: Begin) -> None:
    assert scripted({}).masked == "+86*********12"


def test_nobody_there_is_said_plainly() -> None:
    with pytest.raises(Broken, match="is `make run` up"):
        Caller("http://127.0.0.1:1").get("/healthz")


def test_the_body_of_a_signed_answer_is_its_payload(scripted: Begin) -> None:
    payload = base64.urlsafe_b64encode(b'{"receipt_id": "rcp_1"}').rstrip(b"=")
    journey = scripted({"/signed": (200, b"e30." + payload + b".AA")})
    assert journey.officer.get_signed("/signed").must(200).body == {"receipt_id": "rcp_1"}
