"""Holds of single customers over HTTP."""

from dataclasses import replace
from typing import Any

import pytest

from tests.api.world import CUSTOMER_ID, NUMBER, OFFICER, Api, Reply, customer

PATH = f"/v1/customers/{CUSTOMER_ID}/holds"
REASON = "A dispute about an order"
NOW = "2026-11-21T12:00:00Z"
REVIEW = "2026-12-21T12:00:00Z"
KEY = "a-key-of-one-request"


@pytest.fixture
def held(api: Api) -> Api:
    """Cases are on, and there is a customer."""
    policy = api.adapters.policy
    rules = replace(policy.rules, case_holds=replace(policy.rules.case_holds, on=True))
    api.adapters.policy = replace(policy, rules=rules)
    api.bound()
    return api


def place(api: Api, **more: Any) -> Reply:
    key = more.pop("key", None)
    return api.call("POST", PATH, OFFICER, {"reason": REASON, "review_at": REVIEW, **more}, key=key)


def test_a_case_is_placed_reviewed_and_lifted(held: Api) -> None:
    made = place(held, key=KEY)
    assert (made.status, made.body["reason"], made.body["officer"]) == (201, REASON, "officer-one")
    assert place(held, key=KEY).body == made.body
    assert held.call("GET", PATH, OFFICER).body == {"laws": [], "cases": [made.body], "lifted": []}
    one = f"{PATH}/{made.body['hold_id']}"
    later = held.call("PUT", one, OFFICER, {"review_at": "2027-01-21T12:00:00Z"})
    assert (later.status, later.body["review_at"]) == (200, "2027-01-21T12:00:00Z")
    assert held.call("DELETE", one, OFFICER).status == 204
    assert held.call("DELETE", one, OFFICER).problem == "not-found"
    assert held.call("PUT", one, OFFICER, {"review_at": REVIEW}).problem == "not-found"
    shown = {name: made.body[name] for name in ("hold_id", "officer", "reason", "placed_at")}
    over = {**shown, "lifted_by": "officer-one", "lifted_at": NOW}
    assert held.call("GET", PATH, OFFICER).body == {"laws": [], "cases": [], "lifted": [over]}
    held.pass_time(days=held.adapters.policy.rules.retention.case_days)
    assert held.call("GET", PATH, OFFICER).body["lifted"] == []


def test_a_customer_is_told_that_there_is_a_case_and_not_which(held: Api) -> None:
    place(held)
    path = f"/v1/customers/{CUSTOMER_ID}"
    assert held.call("GET", path, customer()).body["holds"] == []
    refused = held.call("DELETE", path, customer())
    assert (refused.status, refused.body["holds"]) == (409, [{"law": None, "until": None}])
    state = held.call("GET", path, customer())
    assert (state.body["holds"], state.body["purge_at"]) == (refused.body["holds"], None)
    assert REASON not in refused.everything + state.everything


def test_off_there_are_none(api: Api) -> None:
    api.bound()
    assert place(api).problem == "case-holds-off"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("reason", "short"),
        ("reason", f"he called from {NUMBER}"),
        ("reason", None),
        ("review_at", "tomorrow"),
        ("review_at", "2026-13-21T12:00:00Z"),
        ("review_at", "2026-12-21T12:00:00"),
        ("review_at", "2026-11-20T12:00:00Z"),
        ("review_at", "2027-11-20T12:00:00Z"),
        ("review_at", 1),
    ],
)
def test_what_cannot_be_is_refused_by_name(held: Api, member: str, value: object) -> None:
    refused = place(held, **{member: value})
    assert (refused.status, refused.problem) == (422, "invalid-request")
    assert [it["pointer"] for it in refused.body["errors"]] == [f"/{member}"]
    assert not isinstance(value, str) or value not in refused.everything


def test_of_nobody_there_is_nothing(held: Api) -> None:
    for method, path, body in (
        ("GET", PATH, None),
        ("POST", PATH, {"reason": REASON, "review_at": REVIEW}),
        ("PUT", f"{PATH}/hold_0", {"review_at": REVIEW}),
        ("DELETE", f"{PATH}/hold_0", None),
    ):
        reply = held.call(method, path.replace(CUSTOMER_ID, "customer-nine"), OFFICER, body)
        assert reply.problem == "not-found"
