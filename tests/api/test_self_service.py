"""The link to a customer's own page, and who looked at their number."""

import pytest

from tests.api.world import CUSTOMER_ID, OFFICER, OTHER_NUMBER, STAFF, Api, customer

LINKS = f"/v1/customers/{CUSTOMER_ID}/preference-links"
LOG = f"/v1/customers/{CUSTOMER_ID}/access-log"


def test_a_customer_gets_a_link_to_their_own_page(api: Api, customer_id: str) -> None:
    reply = api.call("POST", LINKS, customer(), {}, headers={"Host": "127.0.0.1:8000"})
    assert reply.status == 201
    start, _, token = reply.body["url"].partition("?token=")
    assert start == "http://127.0.0.1:8000/preferences/enter"
    assert len(token) == 43
    assert reply.body["expires_at"] == "2026-11-21T12:01:00Z"
    entered = api.through_gateway("GET", reply.body["url"].partition(":8000")[2], {"Host": "127.0.0.1:8000"})
    assert (entered.status, entered.headers["location"]) == (303, "/preferences")


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        ({"Host": "abc.execute-api.eu-west-1.amazonaws.com", "X-Forwarded-Proto": "https"}, "https://abc.execute-api"),
        ({"Host": "wallet.example"}, "https://wallet.example/preferences/enter?token="),
        ({"Host": "localhost:8000"}, "http://localhost:8000/preferences/enter?token="),
    ],
)
def test_the_link_leads_where_the_api_is(api: Api, customer_id: str, headers: dict[str, str], origin: str) -> None:
    assert api.call("POST", LINKS, customer(), {}, headers=headers).body["url"].startswith(origin)


def test_nobody_gets_a_link_to_somebody_else_s_page(api: Api, customer_id: str) -> None:
    api.bound("customer-two", OTHER_NUMBER)
    reply = api.call("POST", LINKS, customer("customer-two"), {})
    assert (reply.status, reply.problem) == (404, "not-found")


def test_a_link_is_given_out_once(api: Api, customer_id: str) -> None:
    key = "a-key-of-sixteen-characters"
    assert api.call("POST", LINKS, customer(), {}, key=key).status == 201
    assert api.call("POST", LINKS, customer(), {}, key=key).problem == "not-replayable"


def test_of_a_closed_account_the_page_says_what_is_kept(api: Api, customer_id: str) -> None:
    api.call("POST", f"/v1/customers/{CUSTOMER_ID}/closure", customer(), {})
    assert api.call("POST", LINKS, customer(), {}).status == 201


def test_a_customer_sees_who_opened_their_number_and_why(api: Api, customer_id: str) -> None:
    api.reveal(api.permitted("call"))
    api.pass_time(hours=1)
    api.send(api.permitted("sms"))
    for token in (customer(), OFFICER):
        reply = api.call("GET", LOG, token)
        assert reply.status == 200
        assert [(it["action"], it["opened_at"]) for it in reply.body["entries"]] == [
            ("message", "2026-11-21T13:00:00Z"),
            ("reveal", "2026-11-21T12:00:00Z"),
        ]
        seen = reply.body["entries"][1]
        assert (seen["role"], seen["channel"], seen["purpose"]) == ("staff", "call", "account_security")
        assert seen["justification"] == "Customer asked for a call back"
        # Which system and which person of it is the company's own affair, and the officer's other log's.
        assert not {"client_id", "subject"} & set(seen)


def test_nobody_sees_who_opened_somebody_else_s_number(api: Api, customer_id: str) -> None:
    api.reveal(api.permitted("call"))
    assert api.call("GET", LOG, customer("customer-two")).problem == "not-found"
    assert api.call("GET", LOG, STAFF).problem == "forbidden"


def test_no_more_than_the_latest_are_listed(api: Api, customer_id: str) -> None:
    for _ in range(3):
        for _ in range(50):
            api.send(api.permitted("sms"))
            api.pass_time(seconds=1)
        api.pass_time(hours=1)
    for _ in range(51):
        api.send(api.permitted("sms"))
        api.pass_time(seconds=1)
    entries = api.call("GET", LOG, customer()).body["entries"]
    assert len(entries) == 200
    assert [it["opened_at"] for it in entries] == sorted((it["opened_at"] for it in entries), reverse=True)
