"""What a customer may be asked, and what a child may say."""

from typing import Any

import pytest

from tests.api.world import CUSTOMER_ID, OFFICER, OTHER_NUMBER, Api, Reply, customer

PROMPTS = f"/v1/customers/{CUSTOMER_ID}/prompts"
AGE = f"/v1/customers/{CUSTOMER_ID}/age"
OPTIONAL = {"order_notice", "transaction_safety_call", "satisfaction_survey", "marketing", "support_follow_up"}


def by_purpose(listed: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each["purpose"]: each for each in listed}


def test_a_new_customer_may_be_asked_all_that_is_optional_and_is_told_the_rest(api: Api) -> None:
    api.bound()
    body = api.call("GET", PROMPTS).body
    assert set(by_purpose(body["ask"])) == OPTIONAL
    assert set(by_purpose(body["explain"])) == {"account_security"}
    assert body["wait"] == []
    marketing = by_purpose(body["ask"])["marketing"]
    assert {name: marketing[name] for name in ("reason", "guardian_required", "channels")} == {
        "reason": "never_asked",
        "guardian_required": False,
        "channels": ["sms", "call", "app"],
    }
    assert (marketing["most_per_month"], marketing["valid_days"]) == (4, 365)


def test_the_notice_of_a_prompt_is_the_one_to_show_and_to_answer(api: Api) -> None:
    api.bound()
    for locale, expected in (("zh-TW", "zh-CN"), (None, "en")):
        path = f"{PROMPTS}?locale={locale}" if locale else PROMPTS
        notice = by_purpose(api.call("GET", path, customer()).body["ask"])["marketing"]["notice"]
        assert notice["locale"] == expected
        assert api.call("GET", f"/v1/notices/marketing/1?locale={expected}", None).body == notice
    assert api.consent("marketing", locale="en", notice_sha256=notice["sha256"]).status == 200


@pytest.mark.parametrize("decision", ["refused", "withdrawn"])
def test_after_a_no_there_is_half_a_year_of_silence(api: Api, decision: str) -> None:
    api.bound()
    api.consent("marketing", decision)
    api.consent("order_notice")
    waits = by_purpose(api.call("GET", PROMPTS).body["wait"])
    assert waits == {
        "marketing": {"purpose": "marketing", "reason": "cooling_down", "next_at": "2027-05-20T12:00:00Z"},
        "order_notice": {"purpose": "order_notice", "reason": "given", "next_at": None},
    }
    api.pass_time(days=180)
    assert by_purpose(api.call("GET", PROMPTS).body["ask"])["marketing"]["reason"] == "asked_long_ago"


def test_a_consent_that_ended_is_answered_as_expired_at_once(api: Api) -> None:
    api.bound()
    given = api.consent("marketing").body
    assert given["valid_until"] == "2027-11-21T12:00:00Z"
    api.pass_time(days=365)
    (state,) = api.call("GET", f"/v1/customers/{CUSTOMER_ID}/consents").body["consents"]
    assert (state["status"], state["event_id"]) == ("expired", given["event_id"])
    assert by_purpose(api.call("GET", PROMPTS).body["ask"])["marketing"]["reason"] == "consent_expired"
    assert api.decide("marketing", "sms").body["reason"] == "consent_expired"


def test_nobody_is_asked_for_a_stranger_or_after_the_contract(api: Api) -> None:
    api.bound()
    assert api.call("GET", PROMPTS, customer("customer-two")).status == 404
    assert api.call("GET", "/v1/customers/customer-two/prompts").status == 404
    api.call("POST", f"/v1/customers/{CUSTOMER_ID}/closure")
    assert api.call("GET", PROMPTS).problem == "customer-restricted"
    assert api.call("PUT", AGE, body={"under_14": True}).problem == "customer-restricted"


def guardian(api: Api) -> str:
    started = api.start(OTHER_NUMBER, purpose="guardian", customer_id=CUSTOMER_ID)
    verification_id = str(started.body["verification_id"])
    assert api.check(verification_id).status == 200
    return verification_id


def child(api: Api) -> Reply:
    body = {"verification_id": api.proved(), "customer_id": CUSTOMER_ID, "under_14": True}
    return api.call("POST", "/v1/customers", body=body)


def test_a_child_needs_a_guardian_and_the_event_names_them(api: Api) -> None:
    assert child(api).body["under_14"] is True
    assert all(each["guardian_required"] for each in api.call("GET", PROMPTS).body["ask"])
    assert not any(each["guardian_required"] for each in api.call("GET", PROMPTS).body["explain"])
    alone = api.consent("marketing")
    assert (alone.status, alone.problem) == (403, "guardian-required")
    verification_id = guardian(api)
    assert api.consent("marketing", guardian_verification_id=verification_id, method="spoken").status == 200
    (event,) = api.call("GET", f"/v1/customers/{CUSTOMER_ID}/consents/marketing/history").body["events"]
    assert (event["actor"], event["method"]) == ("guardian", "spoken")
    assert event["guardian"] == {
        "verification_id": verification_id,
        "phone_number_masked": "+86*********11",
        "verified_at": "2026-11-21T12:00:00Z",
    }
    api.require_silent_log()


def test_a_child_may_say_no_alone(api: Api) -> None:
    child(api)
    assert api.consent("marketing", "refused").status == 200
    assert api.consent("marketing", "withdrawn").status == 200


def test_an_officer_writes_down_a_no_that_came_by_letter_and_no_yes(api: Api) -> None:
    api.bound()
    assert api.consent("marketing", token=OFFICER).status == 403
    assert api.consent("marketing", "withdrawn", token=OFFICER, method="written").status == 200
    (event,) = api.call("GET", f"/v1/customers/{CUSTOMER_ID}/consents/marketing/history").body["events"]
    assert (event["actor"], event["method"]) == ("officer", "written")


def test_age_may_be_noted_later_and_taken_back(api: Api) -> None:
    api.bound()
    api.consent("marketing")
    assert api.call("PUT", AGE, body={"under_14": True}).body["under_14"] is True
    assert api.decide("marketing", "sms").body["reason"] == "guardian_missing"
    assert by_purpose(api.call("GET", PROMPTS).body["ask"])["marketing"]["reason"] == "guardian_missing"
    assert api.call("PUT", AGE, body={"under_14": False}).body["under_14"] is False
    assert api.decide("marketing", "sms").body["reason"] == "guardian_missing"
    api.pass_time(seconds=1)
    api.consent("marketing")
    assert api.decide("marketing", "sms").body["decision"] == "permitted"
