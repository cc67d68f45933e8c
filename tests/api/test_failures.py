"""What fails behind the API, and how little is told of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.domain.errors import Contended, PolicyInvalid, RingfenceError, Unavailable
from chalicelib.domain.policy import Policy
from chalicelib.domain.writes import R, Write
from tests.api.world import CUSTOMER_ID, NUMBER, OFFICER, STAFF, WALLET, Api
from tests.fakes import MemoryAdapters
from tests.memory_store import MemoryStore

SECRET = "the +8613800138000 of customer-one failed"


@dataclass
class FailingStore(MemoryStore):
    """Fails with `failure` once it is set."""

    failure: Exception | None = None

    def get(self, kind: type[R], *key: str, even_lapsed: bool = False) -> R | None:
        self._fail()
        return super().get(kind, *key, even_lapsed=even_lapsed)

    def commit(self, *writes: Write) -> None:
        self._fail()
        super().commit(*writes)

    def history(self, *args: Any, **options: Any) -> list[Any]:
        self._fail()
        return super().history(*args, **options)

    def due(self, *args: Any) -> Iterator[Any]:
        self._fail()
        return super().due(*args)

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


@pytest.fixture
def store(adapters: MemoryAdapters) -> FailingStore:
    store: Any = adapters.store
    assert isinstance(store, FailingStore)
    return store


@pytest.fixture
def adapters(policy: Policy) -> MemoryAdapters:
    adapters = MemoryAdapters(policy=policy)
    adapters.store = FailingStore(adapters.clock)
    return adapters


REQUESTS = [
    ("POST", "/v1/verifications", WALLET, {"purpose": "signup", "phone_number": NUMBER}),
    ("POST", "/v1/verifications/$verification/resend", WALLET, {}),
    ("POST", "/v1/verifications/$verification/check", WALLET, {"code": "123456"}),
    ("GET", "/v1/verifications/$verification", WALLET, None),
    ("DELETE", "/v1/verifications/$verification", WALLET, None),
    ("POST", "/v1/customers", WALLET, {"verification_id": f"vrf_{'0' * 32}"}),
    ("GET", f"/v1/customers/{CUSTOMER_ID}", WALLET, None),
    ("POST", f"/v1/customers/{CUSTOMER_ID}/closure", WALLET, None),
    ("GET", f"/v1/customers/{CUSTOMER_ID}/consents", WALLET, None),
    ("GET", f"/v1/customers/{CUSTOMER_ID}/consents/marketing/history", WALLET, None),
    (
        "PUT",
        f"/v1/customers/{CUSTOMER_ID}/consents/marketing",
        WALLET,
        {"decision": "refused", "notice_version": 1, "locale": "en", "surface": "screen"},
    ),
    (
        "POST",
        "/v1/contact-decisions",
        STAFF,
        {"customer_id": CUSTOMER_ID, "purpose": "account_security", "channel": "sms"},
    ),
    ("POST", "/v1/messages", STAFF, {"contact_token": f"ct_{'a' * 43}", "template": "account_locked"}),
    ("POST", "/v1/reveals", STAFF, {"contact_token": f"ct_{'a' * 43}", "justification": "Customer asked for it"}),
    ("GET", "/v1/purge-runs", OFFICER, None),
    ("GET", "/v1/purge-runs/run_nothing", OFFICER, None),
    ("GET", "/v1/purge-preview", OFFICER, None),
]
IDS = [f"{method} {path}" for method, path, *_ in REQUESTS]


# Only a write can be contended.
UNANSWERED: list[tuple[Any, ...]] = [
    (*request, failure)
    for failure in (Unavailable(SECRET), Contended(SECRET))
    for request in REQUESTS
    if request[0] != "GET" or not isinstance(failure, Contended)
]


@pytest.mark.parametrize(
    ("method", "path", "token", "body", "failure"),
    UNANSWERED,
    ids=[f"{type(failure).__name__} {method} {path}" for method, path, _, _, failure in UNANSWERED],
)
def test_a_store_that_does_not_answer_is_503(
    api: Api, store: FailingStore, method: str, path: str, token: str, body: Any, failure: RingfenceError
) -> None:
    verification_id = api.started()
    store.failure = failure
    reply = api.call(method, path.replace("$verification", verification_id), token, body)
    assert (reply.status, reply.problem) == (503, type(failure).__name__.lower())
    assert reply.headers["retry-after"] == "1"
    require_silent(api, reply.everything)


@pytest.mark.parametrize(("method", "path", "token", "body"), REQUESTS, ids=IDS)
def test_an_unexpected_exception_is_500_without_its_text(
    api: Api, store: FailingStore, method: str, path: str, token: str, body: Any
) -> None:
    verification_id = api.started()
    store.failure = ValueError(SECRET)
    reply = api.call(method, path.replace("$verification", verification_id), token, body)
    assert (reply.status, reply.problem) == (500, "internal-error")
    assert "retry-after" not in reply.headers
    require_silent(api, reply.everything)


def require_silent(api: Api, answered: str) -> None:
    line = api.log_lines[-1]
    assert line["level"] == "ERROR"
    assert line["request_id"] == json.loads(api.log.getvalue().splitlines()[-1])["request_id"] != ""
    assert {"error", "places", "route", "status", "problem"} <= set(line)
    # Where it failed is told, by file and line, and by no text.
    assert any("test_failures.py" in place for place in line["places"])
    for text in (answered, json.dumps(line)):
        assert "13800138000" not in text
        assert "customer-one failed" not in text
        assert "Traceback" not in text


NAMES = ["GetItem: ThrottlingException", "ReadTimeoutError", "Invoke: EC2UnexpectedException", "Publish: 503"]
MORE_THAN_NAMES = [
    "",
    "GetItem: 13800138000",
    "GetItem: 1380",
    "GetItem: a1b3c8",
    "GetItem: ThrottlingException: of customer",
    "GetItem: Throttling 1",
    "x" * 8 + "_" + "y" * 8,
    "ThrottlingException\n13800138000",
    "ThrottlingException\n",
]


@pytest.mark.parametrize("kind", [Unavailable, Contended])
@pytest.mark.parametrize("text", NAMES)
def test_what_aws_failed_at_is_logged_and_not_told(
    api: Api, store: FailingStore, kind: type[Unavailable], text: str
) -> None:
    store.failure = kind(text)
    reply = api.call("POST", f"/v1/customers/{CUSTOMER_ID}/closure", WALLET)
    assert api.log_lines[-1]["detail"] == text
    assert text not in reply.everything


@pytest.mark.parametrize("text", MORE_THAN_NAMES)
def test_a_text_of_more_than_names_is_not_logged(api: Api, store: FailingStore, text: str) -> None:
    store.failure = Unavailable(text)
    api.call("POST", f"/v1/customers/{CUSTOMER_ID}/closure", WALLET)
    assert "detail" not in api.log_lines[-1]


@pytest.mark.parametrize("failure", [ValueError("Words"), KeyError("Words"), RingfenceError("Words")])
def test_words_of_anything_but_a_dependency_are_not_logged(api: Api, store: FailingStore, failure: Exception) -> None:
    store.failure = failure
    api.call("GET", f"/v1/customers/{CUSTOMER_ID}")
    assert "detail" not in api.log_lines[-1]


def test_a_mistake_in_the_policy_is_logged_with_its_place(api: Api, store: FailingStore) -> None:
    store.failure = PolicyInvalid("policy.toml:12: sms.sender_id is missing")
    api.call("GET", f"/v1/customers/{CUSTOMER_ID}")
    assert api.log_lines[-1]["detail"] == "policy.toml:12: sms.sender_id is missing"


def test_nothing_is_sent_when_nothing_could_be_saved(api: Api, store: FailingStore) -> None:
    store.failure = Unavailable("store")
    api.start()
    assert api.adapters.sender.sent == []


def test_an_exception_with_a_cause_is_not_told_either(api: Api, store: FailingStore) -> None:
    failure = RuntimeError("outer " + SECRET)
    failure.__cause__ = ValueError(SECRET)
    failure.add_note(SECRET)
    store.failure = failure
    reply = api.call("GET", f"/v1/customers/{CUSTOMER_ID}")
    assert (reply.status, reply.problem) == (500, "internal-error")
    assert SECRET not in reply.everything + api.log.getvalue()
    require_silent(api, reply.everything)
