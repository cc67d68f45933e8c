"""/v1/verifications: what is answered when all is well, and how a verification ends."""

import pytest

from chalicelib.bootstrap import ringfence
from tests.api.world import CUSTOMER_ID, MASKED, NUMBER, OTHER_NUMBER, OTHER_WALLET, Api

CONTEXT = {"amount": "12.50", "currency": "EUR", "payee": "Corner Shop"}


def test_a_start_is_answered_in_full(api: Api) -> None:
    reply = api.start(locale="en", client={"ip": "203.0.113.9", "device_id": "device-1"})
    verification_id = reply.body.pop("verification_id")
    assert verification_id.startswith("vrf_")
    assert reply.status == 201
    assert {name: value for name, value in reply.body.items() if name != "verification_id"} == {
        "purpose": "signup",
        "status": "pending",
        "phone_number_masked": MASKED,
        "expires_at": "2026-11-21T12:10:00Z",
        "resend_at": "2026-11-21T12:00:30Z",
        "sends_remaining": 4,
        "attempts_remaining": 5,
        "delivery": "accepted",
        "delivery_reason": None,
        "verified_at": None,
    }
    assert api.adapters.sender.sent[-1].number == NUMBER


def test_a_national_number_comes_with_its_region(api: Api) -> None:
    reply = api.call(
        "POST", "/v1/verifications", body={"purpose": "signup", "phone_number": "138 0013 8000", "region": "CN"}
    )
    assert (reply.status, reply.body["phone_number_masked"]) == (201, MASKED)
    assert api.adapters.sender.sent[-1].number == NUMBER


@pytest.mark.parametrize(
    "members",
    [
        {"purpose": "step_up"},
        {"purpose": "preferences"},
        {"purpose": "transaction", "context": CONTEXT},
        {"purpose": "number_change", "phone_number": OTHER_NUMBER},
    ],
    ids=lambda members: str(members["purpose"]),
)
def test_each_purpose_of_a_customer_starts(api: Api, customer_id: str, members: dict[str, object]) -> None:
    reply = api.call("POST", "/v1/verifications", body={"customer_id": customer_id, **members})
    assert (reply.status, reply.body["purpose"], reply.body["delivery"]) == (201, members["purpose"], "accepted")
    assert api.adapters.sender.sent[-1].number == members.get("phone_number", NUMBER)


def test_a_code_belongs_to_its_transaction(api: Api, customer_id: str) -> None:
    body = {"purpose": "transaction", "customer_id": customer_id, "context": CONTEXT}
    path = f"/v1/verifications/{api.call('POST', '/v1/verifications', body=body).body['verification_id']}/check"
    # A transaction's text ends as every code's does.
    other = api.call("POST", path, body={"code": api.code, "context": {**CONTEXT, "amount": "1250.00"}})
    assert (other.status, other.problem) == (422, "code-incorrect")
    without = api.call("POST", path, body={"code": api.code})
    assert (without.status, without.body["errors"][0]["pointer"]) == (422, "/context")
    same = api.call("POST", path, body={"code": api.code, "context": CONTEXT})
    assert (same.status, same.body["status"]) == (200, "verified")


def test_a_failed_send_is_told(api: Api) -> None:
    api.adapters.sender.outcome = "failed"
    assert api.start().body["delivery"] == "failed"
    api.adapters.sender.outcome = "unknown"
    assert api.start().body["delivery"] == "unknown"


def test_a_send_that_waits_is_told_and_so_is_its_end(api: Api) -> None:
    api.adapters.sender.outcome = "throttled"
    started = api.start().body
    assert (started["status"], started["delivery"], started["delivery_reason"]) == ("pending", "queued", None)
    path = f"/v1/verifications/{started['verification_id']}"
    assert api.call("GET", path).body["delivery"] == "queued"
    api.adapters.sender.outcome = "accepted"
    ringfence().deliver_queued(started["verification_id"])
    assert api.call("GET", path).body["delivery"] == "accepted"
    assert api.call("POST", f"{path}/check", body={"code": api.code}).body["status"] == "verified"


def test_what_cannot_wait_has_failed_and_says_why(api: Api) -> None:
    api.adapters.sender.outcome, api.adapters.queue.is_down = "throttled", True
    started = api.start().body
    assert started["delivery"] == "failed"
    assert "same time" in started["delivery_reason"]
    api.adapters.sender.outcome = "opted_out"
    assert api.start().body["delivery"] == "opted_out"


def test_a_resend_too_soon_says_when(api: Api) -> None:
    path = f"/v1/verifications/{api.started()}/resend"
    api.pass_time(seconds=12.5)
    reply = api.call("POST", path)
    assert (reply.status, reply.problem) == (429, "resend-too-soon")
    assert reply.body["resend_at"] == "2026-11-21T12:00:30Z"
    assert reply.headers["retry-after"] == "18"
    assert len(api.adapters.sender.sent) == 1


def test_a_resend_sends_the_same_code_and_no_longer_life(api: Api) -> None:
    first = api.start().body
    code = api.code
    api.pass_time(seconds=30)
    reply = api.call("POST", f"/v1/verifications/{first['verification_id']}/resend", body={})
    assert reply.status == 200
    assert reply.body == {**first, "resend_at": "2026-11-21T12:01:30Z", "sends_remaining": 3}
    assert (api.code, len(api.adapters.sender.sent)) == (code, 2)


def test_sends_end(api: Api) -> None:
    path = f"/v1/verifications/{api.started()}/resend"
    for wait in (30, 60, 120, 240):
        api.pass_time(seconds=wait)
        last = api.call("POST", path)
        assert last.status == 200
    assert (last.body["sends_remaining"], last.body["resend_at"]) == (0, None)
    api.pass_time(seconds=60)
    assert (api.call("POST", path).status, api.call("POST", path).problem) == (429, "sends-exhausted")


def test_a_right_code_verifies_once(api: Api) -> None:
    verification_id = api.started()
    api.pass_time(seconds=5)
    reply = api.check(verification_id)
    assert reply.status == 200
    assert reply.body["status"] == "verified"
    assert reply.body["verified_at"] == "2026-11-21T12:00:05Z"
    assert reply.body["attempts_remaining"] == 4
    assert reply.body["resend_at"] is None
    again = api.check(verification_id)
    assert (again.status, again.problem) == (409, "verification-spent")


def test_wrong_codes_are_counted_until_the_verification_is_locked(api: Api) -> None:
    verification_id = api.started()
    for remaining in (4, 3, 2, 1, 0):
        wrong = api.check(verification_id, api.wrong_code)
        assert (wrong.status, wrong.problem, wrong.body["attempts_remaining"]) == (422, "code-incorrect", remaining)
    right = api.check(verification_id)
    assert (right.status, right.problem) == (429, "verification-locked")
    state = api.call("GET", f"/v1/verifications/{verification_id}").body
    assert (state["status"], state["attempts_remaining"]) == ("locked", 0)


def test_a_late_code_is_gone(api: Api) -> None:
    verification_id = api.started()
    api.pass_time(seconds=600)
    late = api.check(verification_id)
    assert (late.status, late.problem) == (410, "verification-expired")
    assert api.call("POST", f"/v1/verifications/{verification_id}/resend").problem == "verification-expired"
    assert api.call("GET", f"/v1/verifications/{verification_id}").body["status"] == "expired"


def test_a_code_is_right_until_its_last_moment(api: Api) -> None:
    verification_id = api.started()
    api.pass_time(seconds=599.999)
    assert api.check(verification_id).status == 200


def test_the_state_is_readable(api: Api) -> None:
    started = api.start().body
    reply = api.call("GET", f"/v1/verifications/{started['verification_id']}")
    assert (reply.status, reply.body) == (200, started)


def test_a_cancelled_verification_is_worth_nothing(api: Api) -> None:
    path = f"/v1/verifications/{api.started()}"
    cancelled = api.call("DELETE", path)
    assert (cancelled.status, cancelled.text) == (204, "")
    assert api.call("DELETE", path).status == 204
    assert api.call("GET", path).body["status"] == "cancelled"
    checked = api.call("POST", f"{path}/check", body={"code": api.code})
    assert (checked.status, checked.problem) == (409, "verification-cancelled")
    assert api.call("POST", f"{path}/resend").problem == "verification-cancelled"


def test_a_used_verification_cannot_be_cancelled(api: Api) -> None:
    verification_id = api.proved()
    assert api.bind(verification_id).status == 201
    assert api.call("DELETE", f"/v1/verifications/{verification_id}").problem == "verification-spent"


@pytest.mark.parametrize(
    ("method", "suffix", "body"),
    [("GET", "", None), ("DELETE", "", None), ("POST", "/resend", None), ("POST", "/check", {"code": "123456"})],
)
def test_another_client_s_verification_does_not_exist(
    api: Api, method: str, suffix: str, body: dict[str, str] | None
) -> None:
    mine = api.started()
    api.pass_time(seconds=60)
    other = api.call(method, f"/v1/verifications/{mine}{suffix}", OTHER_WALLET, body)
    unknown = api.call(method, f"/v1/verifications/vrf_{'0' * 32}{suffix}", OTHER_WALLET, body)
    assert (other.status, other.problem) == (404, "not-found")
    # Nothing tells the two apart but the request id.
    assert {**other.body, "instance": ""} == {**unknown.body, "instance": ""}
    assert api.call("GET", f"/v1/verifications/{mine}").body["attempts_remaining"] == 5


def test_another_client_cannot_bind_the_proof(api: Api) -> None:
    body = {"verification_id": api.proved(), "customer_id": CUSTOMER_ID}
    assert api.call("POST", "/v1/customers", OTHER_WALLET, body).problem == "not-found"
