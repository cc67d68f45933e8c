"""Idempotency-Key over HTTP."""

from typing import Any

import pytest

from tests.api.world import (
    CUSTOMER_ID,
    OTHER_NUMBER,
    OTHER_STAFF,
    OTHER_WALLET,
    STAFF,
    WALLET,
    Api,
)

KEY = "a-key-of-one-request"
REUSED = (422, "idempotency-key-reused")


def test_a_repeated_start_sends_nothing_more(api: Api) -> None:
    first = api.start(key=KEY)
    again = api.start(key=KEY)
    assert (again.status, again.body) == (first.status, first.body)
    assert len(api.adapters.sender.sent) == 1


def test_members_in_another_order_are_the_same_body(api: Api) -> None:
    first = api.call("POST", "/v1/verifications", body=b'{"purpose":"step_up","customer_id":"customer-one"}', key=KEY)
    assert first.problem == "not-found"
    api.bound()
    first = api.call("POST", "/v1/verifications", body=b'{"purpose":"step_up","customer_id":"customer-one"}', key=KEY)
    again = api.call("POST", "/v1/verifications", body=b'{"customer_id":"customer-one", "purpose":"step_up"}', key=KEY)
    assert (first.status, again.body) == (201, first.body)


def test_another_body_is_refused(api: Api) -> None:
    api.start(key=KEY)
    other = api.start(OTHER_NUMBER, key=KEY)
    assert (other.status, other.problem) == REUSED
    assert len(api.adapters.sender.sent) == 1


def test_a_key_belongs_to_its_client(api: Api) -> None:
    api.start(key=KEY)
    body = {"purpose": "signup", "phone_number": OTHER_NUMBER}
    assert api.call("POST", "/v1/verifications", OTHER_WALLET, body, key=KEY).status == 201


def test_a_key_belongs_to_its_route(api: Api) -> None:
    verification_id = api.start(key=KEY).body["verification_id"]
    assert api.check(verification_id, key=KEY).status == 200
    assert api.bind(verification_id, key=KEY).status == 201


def test_a_repeated_check_spends_no_attempt(api: Api) -> None:
    verification_id = api.started()
    for _ in range(7):
        wrong = api.check(verification_id, api.wrong_code, key=KEY)
        assert (wrong.problem, wrong.body["attempts_remaining"]) == ("code-incorrect", 4)
    assert (api.check(verification_id, key=KEY).status, api.check(verification_id, key=KEY).problem) == REUSED
    right = api.check(verification_id, key="another-key-for-this")
    assert api.check(verification_id, key="another-key-for-this").body == right.body
    assert right.body["attempts_remaining"] == 3


def test_a_repeated_resend_sends_once(api: Api) -> None:
    path = f"/v1/verifications/{api.started()}/resend"
    api.pass_time(seconds=30)
    first = api.call("POST", path, key=KEY)
    assert api.call("POST", path, key=KEY).body == first.body
    assert len(api.adapters.sender.sent) == 2


def test_a_repeated_bind_answers_the_same(api: Api) -> None:
    verification_id = api.proved()
    body = {"verification_id": verification_id}
    first = api.call("POST", "/v1/customers", body=body, key=KEY)
    assert api.call("POST", "/v1/customers", body=body, key=KEY).body == first.body
    assert api.bind(verification_id, key=KEY).problem == REUSED[1]


def test_a_repeated_consent_is_one_event(api: Api, customer_id: str) -> None:
    first = api.consent("marketing", key=KEY)
    api.pass_time(seconds=60)
    assert api.consent("marketing", key=KEY).body == first.body
    history = api.call("GET", f"/v1/customers/{customer_id}/consents/marketing/history")
    assert len(history.body["events"]) == 1


def test_a_repeated_message_is_sent_once(api: Api, customer_id: str) -> None:
    token = api.permitted("sms")
    sent = len(api.adapters.sender.sent)
    first = api.send(token, key=KEY)
    assert (api.send(token, key=KEY).status, api.send(token, key=KEY).body) == (202, first.body)
    assert len(api.adapters.sender.sent) == sent + 1
    assert api.send(token, key=KEY, template="number_changed").problem == REUSED[1]


def test_a_repeated_closure_answers_the_same(api: Api, customer_id: str) -> None:
    path = f"/v1/customers/{customer_id}/closure"
    first = api.call("POST", path, key=KEY)
    api.pass_time(days=0.5)
    assert api.call("POST", path, key=KEY).body == first.body


@pytest.mark.parametrize(
    ("name", "member", "first", "second"),
    [
        ("time-zone", "time_zone", "Europe/Paris", None),
        ("age", "under_14", True, False),
        ("locale", "locale", "zh-CN", "en"),
    ],
)
def test_a_repeated_note_undoes_nothing(
    api: Api, customer_id: str, name: str, member: str, first: object, second: object
) -> None:
    path = f"/v1/customers/{customer_id}/{name}"
    assert api.call("PUT", path, body={member: first}, key=KEY).body[member] == first
    api.call("PUT", path, body={member: second})
    assert api.call("PUT", path, body={member: first}, key=KEY).body[member] == second
    assert api.call("PUT", path, body={member: second}, key=KEY).problem == REUSED[1]


@pytest.mark.parametrize("same_body", [True, False])
def test_a_decision_is_never_given_twice(api: Api, customer_id: str, same_body: bool) -> None:
    assert api.decide("account_security", "sms", key=KEY).status == 200
    again = api.decide("account_security", "sms" if same_body else "call", key=KEY)
    assert (again.status, again.problem) == ((409, "not-replayable") if same_body else REUSED)
    assert "ct_" not in again.text


def test_a_refusing_decision_is_not_given_twice_either(api: Api, customer_id: str) -> None:
    assert api.decide("marketing", "sms", key=KEY).body["decision"] == "refused"
    assert api.decide("marketing", "sms", key=KEY).problem == "not-replayable"


def test_a_reveal_is_never_given_twice(api: Api, customer_id: str) -> None:
    token = api.permitted("call")
    assert api.reveal(token, key=KEY).status == 200
    again = api.reveal(token, key=KEY)
    assert (again.status, again.problem) == (409, "not-replayable")
    other = api.reveal(api.permitted("call"), key=KEY)
    assert (other.status, other.problem) == REUSED


def test_a_key_of_another_agent_in_the_same_client_reveals_nothing(api: Api, customer_id: str) -> None:
    token = api.permitted("call")
    assert api.reveal(token, STAFF, key=KEY).status == 200
    assert api.reveal(token, OTHER_STAFF, key=KEY).problem in ("not-replayable", "contact-token-invalid")


@pytest.fixture
def two_customers(api: Api) -> tuple[str, str]:
    return api.bound(CUSTOMER_ID), api.bound("customer-two", OTHER_NUMBER)


def test_a_consent_s_key_on_another_customer_s_path_is_refused(api: Api, two_customers: tuple[str, str]) -> None:
    assert api.consent("marketing", key=KEY).status == 200
    other = api.consent("marketing", customer_id="customer-two", key=KEY)
    assert (other.status, other.problem) == REUSED
    assert api.call("GET", "/v1/customers/customer-two/consents").body == {"consents": []}


def test_a_consent_s_key_on_another_purpose_s_path_is_refused(api: Api, customer_id: str) -> None:
    assert api.consent("marketing", key=KEY).status == 200
    assert api.consent("order_notice", key=KEY).problem == REUSED[1]


def test_a_closure_s_key_on_another_customer_s_path_is_refused(api: Api, two_customers: tuple[str, str]) -> None:
    assert api.call("POST", "/v1/customers/customer-one/closure", key=KEY).status == 202
    other = api.call("POST", "/v1/customers/customer-two/closure", key=KEY)
    assert (other.status, other.problem) == REUSED
    assert api.call("GET", "/v1/customers/customer-two").body["status"] == "active"


def test_a_closure_s_key_is_refused_for_a_closed_customer_too(api: Api, two_customers: tuple[str, str]) -> None:
    api.call("POST", "/v1/customers/customer-two/closure")
    assert api.call("POST", "/v1/customers/customer-one/closure", key=KEY).status == 202
    assert api.call("POST", "/v1/customers/customer-two/closure", key=KEY).problem == REUSED[1]


def test_a_check_s_key_on_another_verification_is_refused(api: Api) -> None:
    first, second = api.started(), api.started(OTHER_NUMBER)
    assert api.check(first, "000000", key=KEY).status in (200, 422)
    assert api.check(second, "000000", key=KEY).problem == REUSED[1]
    assert api.call("GET", f"/v1/verifications/{second}").body["attempts_remaining"] == 5


def test_a_cancellation_s_key_on_another_verification_is_refused(api: Api) -> None:
    first, second = api.started(), api.started(OTHER_NUMBER)
    assert api.call("DELETE", f"/v1/verifications/{first}", key=KEY).status == 204
    other = api.call("DELETE", f"/v1/verifications/{second}", key=KEY)
    assert (other.status, other.problem) == REUSED
    assert api.call("GET", f"/v1/verifications/{second}").body["status"] == "pending"


@pytest.mark.parametrize(
    "key",
    [
        "fifteen-letters",
        "k" * 65,
        "with a space in it",
        "with.a.dot.inside.it",
        "schlüssel-mit-umlaut",
        "",
        "8613800138000-00",
        "00-86-13800138000",
        "1-3-8-0-0-1-3-8-0-0-0",
        "_13800138000____",
    ],
)
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/verifications", {"purpose": "step_up", "customer_id": CUSTOMER_ID}),
        ("DELETE", f"/v1/verifications/vrf_{'0' * 32}", None),
        ("PUT", f"/v1/customers/{CUSTOMER_ID}/consents/marketing", {"decision": "refused", "notice_version": 1,
                                                                   "locale": "en", "surface": "screen"}),
    ],
    ids=["start", "cancel", "consent"],
)  # fmt: skip
def test_a_bad_key_is_refused(api: Api, method: str, path: str, body: Any, key: str) -> None:
    reply = api.call(method, path, WALLET, body, key=key)
    assert (reply.status, reply.problem) == (400, "idempotency-key-invalid")
    assert key == "" or key not in reply.everything + api.log.getvalue()


@pytest.mark.parametrize("key", ["k" * 16, "k" * 64, "9123456789012345", "-" * 16, "1234567890123456_78"])
def test_a_good_key_is_taken(api: Api, key: str) -> None:
    assert api.start(key=key).status == 201


def test_reading_needs_no_key(api: Api) -> None:
    assert api.call("GET", f"/v1/verifications/{api.started()}", key="bad").status == 200
