"""GET /v1/customers/{customer_id}/export"""

import json

from tests.api.world import CUSTOMER_ID, MASKED, NUMBER, OFFICER, Api, customer


def test_a_customer_has_everything_that_is_held(api: Api, customer_id: str) -> None:
    api.consent("marketing")
    api.consent("order_notice", "refused")
    api.reveal(api.permitted("call"))
    reply = api.call("GET", f"/v1/customers/{customer_id}/export", customer())
    assert reply.status == 200
    assert reply.body["customer"]["phone_number_masked"] == MASKED
    consents = api.call("GET", f"/v1/customers/{customer_id}/consents", customer()).body["consents"]
    assert [it["event_id"] for it in reply.body["consents"]] == [it["event_id"] for it in consents]
    ledger = reply.body["ledger"]
    assert ledger["sequence"] == len(ledger["events"]) > 0
    assert json.loads(ledger["events"][-1]["payload"])["event_id"] == ledger["events"][-1]["event_id"]
    (opening,) = reply.body["access_log"]
    assert opening["action"] == "reveal"
    assert NUMBER[1:] not in reply.everything
    assert NUMBER[3:] not in reply.everything


def test_an_officer_reads_the_same(api: Api, customer_id: str) -> None:
    api.consent("marketing")
    path = f"/v1/customers/{customer_id}/export"
    assert api.call("GET", path, OFFICER).body == api.call("GET", path, customer()).body


def test_it_is_nobody_else_s(api: Api, customer_id: str) -> None:
    assert api.call("GET", f"/v1/customers/{customer_id}/export", customer("customer-two")).problem == "not-found"
    assert api.call("GET", "/v1/customers/customer-two/export", OFFICER).problem == "not-found"
    assert customer_id == CUSTOMER_ID


def test_neither_salt_nor_payload_is_logged(api: Api, customer_id: str) -> None:
    api.consent("marketing")
    reply = api.call("GET", f"/v1/customers/{customer_id}/export", OFFICER)
    assert reply.body["ledger"]["events"]
    for event in reply.body["ledger"]["events"]:
        assert event["salt"] not in api.log.getvalue()
        assert event["event_id"] not in api.log.getvalue()
