"""The gate as a CRM and a call centre meet it: previews, lists, reasons in their language, quiet hours."""

import pytest

from tests.api.world import CUSTOMER_ID, NUMBER, OFFICER, STAFF, WALLET, Api, customer

BATCH = "/v1/contact-decisions/batch"
ZONE = f"/v1/customers/{CUSTOMER_ID}/time-zone"


def preview(api: Api, purpose: str = "marketing", **members: object) -> dict[str, object]:
    body = {"customer_id": CUSTOMER_ID, "purpose": purpose, "channel": "sms", "preview": True, **members}
    reply = api.call("POST", "/v1/contact-decisions", STAFF, body=body)
    assert reply.status == 200, reply.text
    found: dict[str, object] = reply.body
    return found


def test_a_preview_says_yes_and_brings_no_token(api: Api, customer_id: str) -> None:
    event_id = api.consent("marketing").body["event_id"]
    assert preview(api) == {
        "decision": "permitted",
        "reason": "consent_given",
        "explanation": "The customer agreed to it, so it is allowed.",
        "evidence": [event_id],
        "next_allowed_at": None,
        "contact_token": None,
        "expires_at": None,
    }


def test_previews_take_nothing_of_the_cap(api: Api, customer_id: str) -> None:
    api.consent("marketing")
    for _ in range(9):
        preview(api)
    assert api.decide("marketing", "sms").body["decision"] == "permitted"
    log = api.call("GET", f"/v1/customers/{CUSTOMER_ID}/access-log", customer()).body
    assert log["previews"] == [{"month": "2026-11", "staff": 9, "wallet": 0}]
    assert [(it["reason"], it["role"]) for it in log["decisions"]] == [("consent_given", "staff")]


@pytest.mark.parametrize(
    ("locale", "explanation"),
    [
        ("zh-CN", "\u5c1a\u672a\u5f81\u8be2"),
        ("zh-Hans-SG", "\u5c1a\u672a"),
        ("de", "The customer"),
        (None, "The customer"),
    ],
)
def test_a_reason_is_told_in_the_agent_s_language(
    api: Api, customer_id: str, locale: str | None, explanation: str
) -> None:
    found = preview(api, **({"locale": locale} if locale else {}))
    assert found["reason"] == "consent_missing"
    assert str(found["explanation"]).startswith(explanation)


def test_a_preview_of_nobody_is_not_found(api: Api) -> None:
    body = {"customer_id": CUSTOMER_ID, "purpose": "marketing", "channel": "sms", "preview": True}
    assert api.call("POST", "/v1/contact-decisions", STAFF, body=body).problem == "not-found"


def test_a_list_is_answered_for_each_customer(api: Api, customer_id: str) -> None:
    event_id = api.consent("marketing").body["event_id"]
    body = {"customer_ids": [CUSTOMER_ID, "customer-none"], "purpose": "marketing", "channel": "sms"}
    reply = api.call("POST", BATCH, STAFF, body=body)
    assert (reply.status, reply.body) == (
        200,
        {
            "decisions": [
                {
                    "customer_id": CUSTOMER_ID,
                    "decision": "permitted",
                    "reason": "consent_given",
                    "explanation": "The customer agreed to it, so it is allowed.",
                    "evidence": [event_id],
                    "next_allowed_at": None,
                }
            ],
            "not_found": ["customer-none"],
        },
    )
    assert "ct_" not in reply.text


@pytest.mark.parametrize("ids", [[], [f"customer-{number:03}" for number in range(101)]], ids=["none", "101"])
def test_a_list_has_1_to_100_customers(api: Api, ids: list[str]) -> None:
    reply = api.call("POST", BATCH, STAFF, body={"customer_ids": ids, "purpose": "marketing", "channel": "sms"})
    assert reply.problem == "invalid-request"
    assert [it["pointer"] for it in reply.body["errors"]] == ["/customer_ids"]


def test_a_number_in_a_list_is_refused_and_not_repeated(api: Api) -> None:
    body = {"customer_ids": [NUMBER], "purpose": "marketing", "channel": "sms"}
    reply = api.call("POST", BATCH, STAFF, body=body)
    assert reply.problem == "invalid-request"
    assert NUMBER not in reply.everything


def test_nobody_is_called_at_night_where_they_are(api: Api, customer_id: str) -> None:
    api.consent("marketing")
    api.consent("order_notice")
    # 20:00 in Shanghai; two hours later it is night.
    api.pass_time(hours=2)
    refused = preview(api)
    assert (refused["reason"], refused["next_allowed_at"]) == ("quiet_hours", "2026-11-22T00:00:00Z")
    assert preview(api, "account_security")["decision"] == "permitted"
    moved = api.call("PUT", ZONE, WALLET, body={"time_zone": "Europe/Paris"})
    assert (moved.status, moved.body["time_zone"]) == (200, "Europe/Paris")
    assert preview(api)["decision"] == "permitted"
    back = api.call("PUT", ZONE, customer(), body={"time_zone": None})
    assert (back.status, back.body["time_zone"]) == (200, None)
    assert preview(api, "order_notice")["reason"] == "quiet_hours"


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "../../etc", "Berlin", "", 5, "x" * 60, "CET"])
def test_what_is_no_time_zone_is_refused_without_its_name(api: Api, customer_id: str, zone: object) -> None:
    reply = api.call("PUT", ZONE, WALLET, body={"time_zone": zone})
    assert (reply.status, reply.problem) == (422, "invalid-request")
    assert [it["pointer"] for it in reply.body["errors"]] == ["/time_zone"]
    assert zone in ("", 5) or str(zone) not in reply.everything


def test_a_customer_moves_nobody_else(api: Api, customer_id: str) -> None:
    body = {"time_zone": "Europe/Paris"}
    assert api.call("PUT", ZONE, customer("customer-two"), body=body).problem == "not-found"
    assert api.call("PUT", ZONE, OFFICER, body=body).problem == "forbidden"
