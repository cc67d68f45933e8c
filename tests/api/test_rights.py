"""/v1/customers/{customer_id}/rights-requests and /v1/rights-requests"""

from typing import Any

import pytest

from tests.api.conformance import ROUTES
from tests.api.world import CUSTOMER_ID, NUMBER, OFFICER, WALLET, Api, Reply, customer

KEY = "a-key-of-one-request"
CLOSED = (409, "rights-request-closed")


def ask(api: Api, kind: str, token: str | None = None, key: str | None = None, **members: Any) -> Reply:
    path = f"/v1/customers/{CUSTOMER_ID}/rights-requests"
    return api.call("POST", path, token or customer(), {"kind": kind, **members}, key=key)


def decide(api: Api, request_id: str, word: str, key: str | None = None, **members: Any) -> Reply:
    return api.call("POST", f"/v1/rights-requests/{request_id}/{word}", OFFICER, members, key=key)


def test_a_request_says_until_when_and_where(api: Api, customer_id: str) -> None:
    reply = ask(api, "correction", WALLET, details="the time zone is wrong")
    assert (reply.status, {**reply.body, "request_id": ""}) == (
        201,
        {
            "request_id": "",
            "customer_id": customer_id,
            "kind": "correction",
            "status": "open",
            "asked_by": "wallet",
            "received_at": "2026-11-21T12:00:00Z",
            "due_at": "2026-12-21T12:00:00Z",
            "details": "the time zone is wrong",
            "extended_at": None,
            "extension": None,
            "closed_at": None,
            "refusal": None,
            "remedy": None,
            "note": None,
            "see": [f"/v1/customers/{customer_id}/{way}" for way in ("phone-number", "locale", "time-zone", "age")],
        },
    )
    path = f"/v1/rights-requests/{reply.body['request_id']}"
    assert api.call("GET", path, customer()).body == api.call("GET", path, OFFICER).body == reply.body


@pytest.mark.parametrize("kind", ["access", "portability", "explanation", "objection", "erasure"])
def test_a_customer_is_answered_at_once(api: Api, customer_id: str, kind: str) -> None:
    reply = ask(api, kind)
    assert (reply.status, reply.body["status"], reply.body["closed_at"]) == (201, "answered", "2026-11-21T12:00:00Z")
    head = api.call("GET", f"/v1/customers/{customer_id}", WALLET).body
    assert head["status"] == ("purged" if kind == "erasure" else "active")


@pytest.mark.parametrize("kind", ["access", "correction", "objection", "erasure"])
def test_a_repeat_is_the_same_request(api: Api, customer_id: str, kind: str) -> None:
    first = ask(api, kind, key=KEY)
    again = ask(api, kind, key=KEY)
    assert (again.status, again.body) == (201, first.body)
    assert ask(api, "portability", key=KEY).problem == "idempotency-key-reused"
    assert customer_id == CUSTOMER_ID


def test_it_is_nobody_else_s(api: Api, customer_id: str) -> None:
    request_id = ask(api, "correction").body["request_id"]
    assert api.call("GET", f"/v1/rights-requests/{request_id}", customer("customer-two")).problem == "not-found"
    path = f"/v1/customers/{customer_id}/rights-requests"
    assert api.call("POST", path, customer("customer-two"), {"kind": "access"}).problem == "not-found"
    assert api.call("POST", "/v1/customers/customer-two/rights-requests", OFFICER, {"kind": "access"}).status == 404


def test_an_extension_names_its_reason_and_law(api: Api, customer_id: str) -> None:
    request_id = ask(api, "correction").body["request_id"]
    reply = decide(api, request_id, "extension", reason="complex")
    assert (reply.body["status"], reply.body["due_at"]) == ("extended", "2027-02-21T12:00:00Z")
    assert reply.body["extension"] == {
        "code": "complex",
        "law": "GDPR 12(3)",
        "explanation": "Your request is complex, so the answer takes longer.",
    }
    again = decide(api, request_id, "extension", reason="many_requests")
    assert (again.status, again.problem) == (409, "extension-not-possible")
    assert customer_id == CUSTOMER_ID


def test_after_the_first_month_nothing_is_extended(api: Api, customer_id: str) -> None:
    request_id = ask(api, "correction").body["request_id"]
    api.pass_time(days=31)
    assert decide(api, request_id, "extension", reason="complex").problem == "extension-not-possible"
    assert decide(api, request_id, "answer").status == 200
    assert customer_id == CUSTOMER_ID


def test_a_refusal_names_law_and_remedy(api: Api, customer_id: str) -> None:
    request_id = ask(api, "correction").body["request_id"]
    reply = decide(api, request_id, "refusal", key=KEY, reason_code="accurate")
    assert (reply.status, reply.body["status"], reply.body["refusal"]["law"]) == (200, "refused", "GDPR 16; PIPL 46(2)")
    assert "authority" in reply.body["remedy"]
    assert decide(api, request_id, "refusal", key=KEY, reason_code="accurate").body == reply.body
    for word in ({"word": "answer"}, {"word": "refusal", "reason_code": "x"}, {"word": "extension", "reason": "x"}):
        closed = decide(api, request_id, **word)
        assert (closed.status, closed.problem) == CLOSED
    assert customer_id == CUSTOMER_ID


def test_an_answer_has_a_note_and_not_who_wrote_it(api: Api, customer_id: str) -> None:
    request_id = ask(api, "correction").body["request_id"]
    reply = decide(api, request_id, "answer", note="the zone is Europe/Paris now")
    assert (reply.body["status"], reply.body["note"]) == ("answered", "the zone is Europe/Paris now")
    assert "officer-one" not in reply.everything
    assert customer_id == CUSTOMER_ID


def test_the_officer_lists_what_waits(api: Api, customer_id: str) -> None:
    waiting = [ask(api, "correction").body["request_id"]]
    api.pass_time(days=1)
    waiting.append(ask(api, "correction").body["request_id"])
    ask(api, "access")
    listed = api.call("GET", "/v1/rights-requests", OFFICER).body
    assert [it["request_id"] for it in listed["rights_requests"]] == waiting
    assert listed["next_cursor"] is None
    first = api.call("GET", "/v1/rights-requests?due_before=2026-12-21T12:00:00Z&status=open", OFFICER).body
    assert [it["request_id"] for it in first["rights_requests"]] == waiting[:1]
    assert api.call("GET", "/v1/rights-requests?status=extended", OFFICER).body["rights_requests"] == []
    assert customer_id == CUSTOMER_ID


def test_pages_are_followed_by_their_cursor(api: Api, customer_id: str) -> None:
    made = {ask(api, "correction").body["request_id"] for _ in range(101)}
    first = api.call("GET", "/v1/rights-requests", OFFICER).body
    second = api.call("GET", f"/v1/rights-requests?cursor={first['next_cursor']}", OFFICER).body
    assert {it["request_id"] for page in (first, second) for it in page["rights_requests"]} == made
    assert (len(first["rights_requests"]), second["next_cursor"]) == (100, None)
    assert customer_id == CUSTOMER_ID


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("due_befor=2026-12-21T12:00:00Z", ""),
        ("status=answered", "/status"),
        ("due_before=tomorrow", "/due_before"),
        ("due_before=2026-12-21T12:00:00", "/due_before"),
        ("due_before=0001-01-01T00:00:00%2B14:00", "/due_before"),
        ("cursor=x", "/cursor"),
        ("cursor=OTl8cnI=", "/cursor"),
        ("cursor=MDd8cnI=", "/cursor"),
        ("cursor=%2F%2F%2F%2F", "/cursor"),
    ],
)
def test_a_filter_that_is_none_is_refused_by_name(api: Api, query: str, pointer: str) -> None:
    reply = api.call("GET", f"/v1/rights-requests?{query}", OFFICER)
    assert (reply.status, reply.problem) == (422, "invalid-request")
    assert [it["pointer"] for it in reply.body["errors"]] == [pointer]


def test_no_text_brings_a_number_in(api: Api, customer_id: str) -> None:
    assert ask(api, "correction", details=f"it is {NUMBER}").body["errors"][0]["pointer"] == "/details"
    request_id = ask(api, "correction").body["request_id"]
    assert decide(api, request_id, "answer", note=f"called {NUMBER}").body["errors"][0]["pointer"] == "/note"
    assert NUMBER[1:] not in api.log.getvalue()
    assert customer_id == CUSTOMER_ID


def test_every_way_that_a_request_names_is_a_route() -> None:
    from chalicelib.entrypoints.api.rights_answers import WAYS

    routes = {route for _, route in ROUTES}
    assert {way.replace("{id}", "{customer_id}") for ways in WAYS.values() for way in ways} <= routes
