"""Contact decisions, messages and reveals."""

import pytest

from tests.api.world import CUSTOMER_ID, NUMBER, OTHER_STAFF, STAFF, WALLET, Api


def test_a_permission_is_answered_in_full(api: Api, customer_id: str) -> None:
    event_id = api.consent("marketing").body["event_id"]
    reply = api.decide("marketing", "sms")
    assert reply.status == 200
    assert reply.body == {
        "decision": "permitted",
        "reason": "consent_given",
        "explanation": "The customer agreed to it, so it is allowed.",
        "evidence": [event_id],
        "next_allowed_at": None,
        "contact_token": reply.body["contact_token"],
        "expires_at": "2026-11-21T12:05:00Z",
    }
    assert reply.body["contact_token"].startswith("ct_")


@pytest.mark.parametrize(
    ("purpose", "channel", "said", "reason"),
    [
        ("marketing", "sms", None, "consent_missing"),
        ("marketing", "sms", "refused", "consent_refused"),
        ("marketing", "sms", "withdrawn", "consent_withdrawn"),
        ("marketing", "app", "given", "channel_not_agreed"),
        ("order_notice", "app", "given", "channel_not_offered"),
    ],
)
def test_a_refusal_says_why_and_brings_no_token(
    api: Api, customer_id: str, purpose: str, channel: str, said: str | None, reason: str
) -> None:
    if said:
        api.consent(purpose, said)
    reply = api.decide(purpose, channel)
    assert reply.status == 200
    assert (reply.body["decision"], reply.body["reason"]) == ("refused", reason)
    assert (reply.body["contact_token"], reply.body["expires_at"]) == (None, None)


def test_a_restricted_customer_is_not_contacted(api: Api, customer_id: str) -> None:
    api.call("POST", f"/v1/customers/{customer_id}/closure")
    assert api.decide("account_security", "sms").body["reason"] == "customer_restricted"


def test_a_number_is_revealed_for_a_reason(api: Api, customer_id: str) -> None:
    reply = api.reveal(api.permitted("call"))
    assert (reply.status, reply.body) == (200, {"phone_number": NUMBER})


def test_a_contact_token_is_used_once(api: Api, customer_id: str) -> None:
    token = api.permitted("sms")
    assert api.send(token).status == 202
    sent = len(api.adapters.sender.sent)
    again = api.send(token)
    assert (again.status, again.problem) == (409, "contact-token-invalid")
    assert len(api.adapters.sender.sent) == sent


def test_a_contact_token_ends(api: Api, customer_id: str) -> None:
    token = api.permitted("call")
    api.pass_time(seconds=300)
    assert api.reveal(token).problem == "contact-token-invalid"


@pytest.mark.parametrize("token", [OTHER_STAFF, WALLET], ids=["other agent", "other client"])
def test_a_contact_token_is_its_owner_s(api: Api, customer_id: str, token: str) -> None:
    assert api.send(api.permitted("sms"), token).problem == "contact-token-invalid"


def test_a_token_for_a_message_opens_nothing(api: Api, customer_id: str) -> None:
    assert api.reveal(api.permitted("sms")).problem == "contact-token-invalid"
    assert api.send(api.permitted("call")).problem == "contact-token-invalid"


def test_a_withdrawal_kills_the_token(api: Api, customer_id: str) -> None:
    api.consent("marketing")
    token = api.decide("marketing", "call").body["contact_token"]
    api.consent("marketing", "withdrawn")
    assert api.reveal(token).problem == "contact-token-invalid"
    assert api.adapters.sealer.opened == []


def test_the_wallet_may_contact_too(api: Api, customer_id: str) -> None:
    token = api.decide("account_security", "sms", WALLET).body["contact_token"]
    assert api.send(token, WALLET).status == 202


def test_an_unknown_customer_is_not_found(api: Api) -> None:
    reply = api.decide("marketing", "sms", STAFF)
    assert (reply.status, reply.problem) == (404, "not-found")
    assert CUSTOMER_ID not in reply.everything
