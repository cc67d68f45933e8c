"""Reveals and the second person's word over HTTP."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.access import AccessLogEntry
from tests.api.conformance import description
from tests.api.world import CUSTOMER_ID, NUMBER, OTHER_STAFF, STAFF, Api
from tests.fakes import bearer, caller

KEY = "a-key-of-one-request"
CRM = bearer(caller("staff", "crm", "agent-nine"))


def note_age(api: Api, under_14: bool = True) -> None:
    path = f"/v1/customers/{CUSTOMER_ID}/age"
    assert api.call("PUT", path, body={"under_14": under_14}).status == 200


def approve(
    api: Api, approval_id: str, token: str = OTHER_STAFF, customer_id: str = CUSTOMER_ID, key: str | None = None
) -> Any:
    path = f"/v1/reveal-approvals/{approval_id}"
    return api.call("POST", path, token, {"customer_id": customer_id}, key=key)


def entry_of(api: Api) -> AccessLogEntry:
    (entry,) = api.adapters.store.history(AccessLogEntry, CUSTOMER_ID)
    return entry


def test_a_number_is_shown_and_kept_by_nobody_on_the_way(api: Api, customer_id: str) -> None:
    reply = api.reveal(api.permitted("call"), ticket="CASE-1042/7")
    assert (reply.status, reply.body) == (200, {"phone_number": NUMBER})
    assert reply.headers["cache-control"] == "no-store"
    assert entry_of(api).ticket == "CASE-1042/7"
    assert NUMBER[3:] not in api.log.getvalue()


def test_a_reason_is_logged_as_it_is_spelled(api: Api, customer_id: str) -> None:
    spelled = "\u0645\u0634\u062a\u0631\u06cc \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u062f \u062a\u0645\u0627\u0633"
    assert api.reveal(api.permitted("call"), justification=spelled).status == 200
    assert entry_of(api).justification == spelled


def test_a_minor_s_number_takes_two(api: Api, customer_id: str) -> None:
    note_age(api)
    token = api.permitted("call")
    asked = api.reveal(token, key=KEY)
    assert (asked.status, asked.problem) == (409, "approval-required")
    approval_id = asked.body["approval_id"]
    assert asked.body["expires_at"] == "2026-11-21T12:10:00Z"
    assert approve(api, approval_id, STAFF).problem == "forbidden"
    assert approve(api, approval_id, CRM).problem == "not-found"
    assert approve(api, approval_id, customer_id="customer-two").problem == "not-found"
    assert api.adapters.sealer.opened == []
    given = approve(api, approval_id)
    assert (given.status, given.body) == (
        200,
        {
            "approval_id": approval_id,
            "status": "approved",
            "customer_id": CUSTOMER_ID,
            "purpose": "account_security",
            "justification": "Customer asked for a call back",
            "ticket": None,
            "requested_by": "agent-one",
            "expires_at": "2026-11-21T12:10:00Z",
        },
    )
    assert given.headers["cache-control"] == "no-store"
    assert api.reveal(token, key=KEY).body == {"phone_number": NUMBER}
    assert api.reveal(token, key=KEY).problem == "not-replayable"
    assert entry_of(api).approved_by == "agent-two"


def test_agreeing_again_answers_the_same(api: Api, customer_id: str) -> None:
    note_age(api)
    approval_id = api.reveal(api.permitted("call")).body["approval_id"]
    first = approve(api, approval_id, key=KEY)
    again = approve(api, approval_id, key=KEY)
    assert (again.status, again.body) == (first.status, first.body)
    assert approve(api, approval_id, customer_id="customer-two", key=KEY).problem == "idempotency-key-reused"


def test_a_paused_person_is_told_until_when(api: Api) -> None:
    policy = api.adapters.policy
    reveals = replace(policy.rules.reveals, colleagues=(CUSTOMER_ID,), pause_on=("colleague",))
    api.adapters.policy = replace(policy, rules=replace(policy.rules, reveals=reveals))
    api.bound()
    assert api.reveal(api.permitted("call")).status == 200
    token = api.permitted("call")
    api.pass_time(minutes=1.5)
    refused = api.reveal(token)
    assert (refused.status, refused.problem) == (403, "person-paused")
    assert refused.body["paused_until"] == "2026-11-21T13:00:00Z"
    assert refused.headers["retry-after"] == "3510"
    assert api.reveal(api.permitted("call", OTHER_STAFF), OTHER_STAFF).status == 200


def schemas_of(schema: Any, inside_list: bool = False) -> Any:
    """Each object that a schema can hold, as (properties, whether there can be more than one of it)."""
    known = description()["components"]["schemas"]
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield from schemas_of(known[schema["$ref"].rsplit("/", 1)[1]], inside_list)
        if "properties" in schema:
            yield schema["properties"], inside_list
        for name, part in schema.items():
            yield from schemas_of(part, inside_list or name in ("items", "additionalProperties"))
    elif isinstance(schema, list):
        for part in schema:
            yield from schemas_of(part, inside_list)


def answers() -> list[tuple[str, Any]]:
    return [
        (f"{method.upper()} {path}", response["content"])
        for path, methods in description()["paths"].items()
        for method, operation in methods.items()
        for status, response in operation["responses"].items()
        if status.startswith("2") and "content" in response
    ]


def test_one_answer_has_a_number_in_clear_and_it_has_one() -> None:
    telling = {
        (route, several)
        for route, content in answers()
        for properties, several in schemas_of(content)
        if "phone_number" in properties
    }
    assert telling == {("POST /v1/reveals", False)}


@pytest.mark.parametrize("name", ["phone_number_masked", "approval_id"])
def test_the_search_for_members_finds_them(name: str) -> None:
    assert any(name in properties for _, content in answers() for properties, _ in schemas_of(content))


def test_a_reveal_takes_one_token() -> None:
    body = description()["components"]["schemas"]["RevealBody"]
    assert body["properties"]["contact_token"]["type"] == "string"
    assert set(body["required"]) == {"contact_token", "justification"}
