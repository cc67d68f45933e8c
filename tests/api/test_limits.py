"""What a client is told when a shared budget is used up, and that nobody learns from it who has a number."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.sending_rules import Country
from chalicelib.domain.spent import SHARDS, Spent, new_spent
from chalicelib.domain.throttle import Limit
from chalicelib.domain.verification import Verification
from tests.api.test_throttling import require_throttled
from tests.api.world import CUSTOMER_ID, NUMBER, Api, Reply
from tests.services.policies import MANY, adapters_with

OPEN = {"number": MANY, "caller": MANY, "ip": MANY, "device": MANY}
IP = {"ip": "203.0.113.9"}


def governed(api: Api, **changes: Any) -> Api:
    """The same API under a policy with other numbers."""
    policy = adapters_with(**changes).policy
    api.adapters.policy = policy
    return api


def guess(api: Api, verification_id: str) -> Reply:
    return api.check(verification_id, api.wrong_code)


def prefixed(position: int) -> str:
    """A number of a prefix of its own."""
    return f"+86138{position:03d}38000"


def test_wrong_codes_for_a_number_end_in_a_pause(api: Api) -> None:
    for _ in range(2):
        verification_id = api.started()
        for _ in range(5):
            assert guess(api, verification_id).problem == "code-incorrect"
    verification_id = api.started()
    require_throttled(api.check(verification_id), "wrong_codes_for_number", 10, 86_400, 30)
    assert api.call("GET", f"/v1/verifications/{verification_id}").body["attempts_remaining"] == 5
    api.pass_time(seconds=30)
    assert api.check(verification_id).status == 200


def test_a_client_s_wrong_codes_are_told_to_that_client(api: Api) -> None:
    for attempts in (5, 4):
        verification_id = str(api.start(client=IP).body["verification_id"])
        for _ in range(attempts):
            assert guess(api, verification_id).problem == "code-incorrect"
    require_throttled(guess(api, verification_id), "wrong_codes_by_client", 9, 86_400, 86_400)
    require_throttled(api.start(client=IP), "wrong_codes_by_client", 9, 86_400, 86_400)
    owner = str(api.start(client={"ip": "203.0.113.10"}).body["verification_id"])
    assert api.check(owner).status == 200


def test_a_country_s_budget_is_told_with_its_figures(api: Api) -> None:
    budget = replace(api.adapters.policy.rules.guard.country, flight_floor=4, flight_percent_of_best_day=0)
    governed(api, throttles=OPEN, guard={"country": budget})
    for position in range(4):
        assert api.start(prefixed(position)).status == 201
    require_throttled(api.start(prefixed(5)), "country", 4, 600, 300)
    assert len(api.adapters.sender.sent) == 4


def test_a_prefix_s_budget_is_told_with_its_figures(api: Api) -> None:
    budget = replace(api.adapters.policy.rules.guard.prefix, sends_per_hour=3, sends_per_day=9)
    governed(api, throttles=OPEN, guard={"prefix": budget})
    for position in range(3):
        assert api.start(f"{NUMBER[:-3]}{position:03d}").status == 201
    require_throttled(api.start(), "prefix", 3, 3600, 300)


def test_an_ip_s_fourth_country_is_told(api: Api) -> None:
    for number in ("+447400123456", "+12015550123", NUMBER):
        assert api.start(number, client=IP).status == 201
    require_throttled(api.start("+33612345678", client=IP), "ip", 3, 86_400, 86_400)


def test_a_wallet_client_s_budget_is_told(api: Api) -> None:
    governed(api, throttles={**OPEN, "wallet": Limit(160, 60)}, guard={"mode": "off"})
    replies = [api.start(prefixed(position), client={"ip": f"203.0.113.{position}"}) for position in range(200)]
    refused = [reply for reply in replies if reply.status != 201]
    # Two of sixteen shards are asked: near the limit some are refused a little early.
    assert len(replies) - len(refused) == len(api.adapters.sender.sent) <= 160
    require_throttled(refused[-1], "wallet", 160, 60, 65)


def spend_all(api: Api) -> None:
    store, at = api.adapters.store, api.adapters.clock.at
    for shard in map(str, range(SHARDS)):
        spent = replace(store.get(Spent, shard) or new_spent(shard, at), hour_cost=10**9, version="all spent")
        store.rows[Spent, (shard,)] = spent


def test_a_reached_ceiling_is_503_and_says_when_it_opens(api: Api) -> None:
    verification_id = api.started()
    api.bound()
    sent = len(api.adapters.sender.sent)
    api.pass_time(minutes=7)
    spend_all(api)
    step_up = {"purpose": "step_up", "customer_id": CUSTOMER_ID}
    for reply in (
        api.start(),
        api.start(key="key-0123456789abcdef"),
        api.call("POST", f"/v1/verifications/{verification_id}/resend"),
        api.call("POST", "/v1/verifications", body=step_up),
        api.send(api.permitted("sms")),
    ):
        assert (reply.status, reply.problem) == (503, "spend-limit-reached")
        assert reply.headers["retry-after"] == str(53 * 60)
    assert len(api.adapters.sender.sent) == sent
    pending = [row for row in api.adapters.store.rows.values() if isinstance(row, Verification) and not row.verified_at]
    # The first one, and the intent for the customer, which the strongroom did not take.
    assert [len(row.sends) for row in pending] == [1, 1]
    api.pass_time(minutes=53)
    assert api.start().status == 201


@pytest.mark.parametrize("bound", [False, True], ids=["unknown number", "known number"])
def test_a_refusal_does_not_tell_whether_a_number_is_known(api: Api, bound: bool) -> None:
    governed(api, throttles={**OPEN, "number": (Limit(2, 600),)}, countries={"other": Country("0.01")})
    if bound:
        api.bound()
    else:
        api.proved()
    api.start()
    reply = api.start()
    require_throttled(reply, "number", 2, 600, 600)
    told = {name: value for name, value in reply.headers.items() if name not in ("x-request-id",)}
    assert set(told) >= {"retry-after", "ratelimit", "ratelimit-policy"}
    assert {**reply.body, "instance": ""} == {
        "type": "urn:ringfence:problem:throttled",
        "title": "Too many requests",
        "status": 429,
        "detail": "A limit is reached; it opens again by itself.",
        "instance": "",
    }
