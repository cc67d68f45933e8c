"""/v1/customers/{customer_id}/phone-number"""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.bootstrap import install
from tests.api.world import CUSTOMER_ID, MASKED, NUMBER, OTHER_NUMBER, STAFF, WALLET, Api, Reply, customer
from tests.fakes import memory_ringfence

PATH = f"/v1/customers/{CUSTOMER_ID}/phone-number"
KEY = "key-0123456789abcdef"
OTHER_MASKED = "+86*********11"
OTHER = "customer-two"


def proved_for(api: Api, number: str = OTHER_NUMBER, customer_id: str = CUSTOMER_ID) -> str:
    started = api.start(number, purpose="number_change", customer_id=customer_id)
    assert api.check(started.body["verification_id"]).status == 200
    return str(started.body["verification_id"])


def old_proved(api: Api) -> str:
    body = {"purpose": "step_up", "customer_id": CUSTOMER_ID}
    started = api.call("POST", "/v1/verifications", WALLET, body)
    assert api.check(started.body["verification_id"]).status == 200
    return str(started.body["verification_id"])


def put(api: Api, verification_id: str, token: str = WALLET, path: str = PATH, **more: Any) -> Reply:
    key = more.pop("key", None)
    return api.call("PUT", path, token, {"verification_id": verification_id, **more}, key=key)


def allow_take_over(api: Api) -> None:
    rules = api.adapters.policy.rules
    take_over = replace(rules.number_change.take_over, allowed=True, step_up=False)
    changed = replace(rules, number_change=replace(rules.number_change, take_over=take_over))
    api.adapters.policy = replace(api.adapters.policy, rules=changed)
    install(memory_ringfence(api.adapters))


def test_with_both_numbers_proved_the_answer_is_the_new_one(api: Api, customer_id: str) -> None:
    reply = put(api, proved_for(api), old_verification_id=old_proved(api))
    assert (reply.status, reply.body["phone_number_masked"], reply.body["pending_until"]) == (200, OTHER_MASKED, None)


@pytest.mark.parametrize("token", [WALLET, customer()])
def test_with_the_new_one_alone_the_answer_says_until_when_it_waits(api: Api, customer_id: str, token: str) -> None:
    reply = put(api, proved_for(api), token)
    assert (reply.status, reply.body["phone_number_masked"]) == (202, MASKED)
    assert reply.body["pending_until"] == "2026-11-22T12:00:00Z"
    assert api.call("GET", f"/v1/customers/{CUSTOMER_ID}", STAFF).body == reply.body


def test_a_change_is_stopped_once(api: Api, customer_id: str) -> None:
    put(api, proved_for(api))
    stopped = api.call("DELETE", PATH, customer(), key=KEY)
    assert (stopped.status, stopped.body["pending_until"]) == (200, None)
    assert api.call("DELETE", PATH, customer(), key=KEY).body == stopped.body
    assert api.call("DELETE", PATH, customer()).problem == "not-found"


def test_another_customer_s_change_does_not_exist(api: Api, customer_id: str) -> None:
    put(api, proved_for(api))
    assert api.call("DELETE", PATH, customer(OTHER)).problem == "not-found"
    assert put(api, proved_for(api), customer(OTHER)).problem == "not-found"


def test_a_repeat_with_its_key_answers_the_same_and_another_body_is_refused(api: Api, customer_id: str) -> None:
    proof = proved_for(api)
    first = put(api, proof, key=KEY)
    assert (put(api, proof, key=KEY).status, put(api, proof, key=KEY).body) == (202, first.body)
    assert put(api, proof, key=KEY, on_conflict="swap").problem == "idempotency-key-reused"
    assert put(api, proof).problem == "verification-spent"


def test_a_second_change_is_told_of_the_first(api: Api, customer_id: str) -> None:
    put(api, proved_for(api))
    reply = put(api, proved_for(api, "+8613800138222"))
    assert (reply.status, reply.problem) == (409, "number-change-pending")


def test_a_number_in_use_is_kept_swapped_or_taken_as_both_sides_and_the_policy_want(api: Api, customer_id: str) -> None:
    api.bound(OTHER, OTHER_NUMBER)
    assert put(api, proved_for(api)).problem == "number-in-use"
    refused = put(api, proved_for(api), on_conflict="take_over")
    assert (refused.status, refused.problem) == (409, "take-over-not-allowed")
    assert put(api, proved_for(api), on_conflict="swap").status == 202
    theirs = proved_for(api, NUMBER, OTHER)
    done = put(api, theirs, path=f"/v1/customers/{OTHER}/phone-number", on_conflict="swap")
    assert (done.status, done.body["phone_number_masked"]) == (200, MASKED)
    assert api.call("GET", f"/v1/customers/{CUSTOMER_ID}").body["phone_number_masked"] == OTHER_MASKED


def test_a_signup_takes_a_number_over_only_if_the_policy_says_so(api: Api, customer_id: str) -> None:
    def sign_up(on_conflict: str) -> Reply:
        body = {"verification_id": api.proved(), "customer_id": OTHER, "on_conflict": on_conflict}
        return api.call("POST", "/v1/customers", WALLET, body)

    assert sign_up("take_over").problem == "take-over-not-allowed"
    allow_take_over(api)
    assert sign_up("refuse").problem == "number-in-use"
    reply = sign_up("take_over")
    assert (reply.status, reply.body["status"], reply.body["phone_number_masked"]) == (201, "unreachable", None)
    assert reply.body["pending_until"] == "2026-11-28T12:00:00Z"


def test_a_closed_customer_s_number_is_not_changed(api: Api, customer_id: str) -> None:
    proof = proved_for(api)
    api.call("POST", f"/v1/customers/{customer_id}/closure")
    assert put(api, proof).problem == "customer-restricted"
