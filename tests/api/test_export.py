"""GET /v1/customers/{customer_id}/export"""

import json
from dataclasses import replace
from datetime import timedelta

from chalicelib.domain.customer import Customer
from chalicelib.domain.writes import Replace
from tests.api.world import CUSTOMER_ID, MASKED, NUMBER, OFFICER, Api, customer
from tests.domain.samples import NOON


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


def test_what_is_held_of_the_customer_is_there_in_full(api: Api, customer_id: str) -> None:
    path = f"/v1/customers/{customer_id}"
    api.call("PUT", f"{path}/time-zone", customer(), body={"time_zone": "Europe/Paris"})
    found = api.adapters.store.get(Customer, customer_id)
    assert found is not None
    api.adapters.store.commit(Replace(found, replace(found, suppressed_at=NOON - timedelta(days=1))))
    api.pass_time(hours=1)
    api.call("POST", f"{path}/closure", customer())
    held = api.call("GET", f"{path}/export", OFFICER).body["customer"]
    assert held == {
        "customer_id": customer_id,
        "status": "restricted",
        "phone_number_masked": MASKED,
        "region": "CN",
        "locale": "en",
        "under_14": False,
        "time_zone": "Europe/Paris",
        "time_zones": ["Asia/Shanghai"],
        "suppressed_at": "2026-11-20T12:00:00Z",
        "created_at": "2026-11-21T12:00:00Z",
        "verified_at": "2026-11-21T12:00:00Z",
        "closed_at": "2026-11-21T13:00:00Z",
        "purged_at": None,
    }


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
