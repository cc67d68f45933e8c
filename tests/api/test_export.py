"""GET /v1/customers/{customer_id}/export"""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.bootstrap import install
from chalicelib.domain.customer import Customer
from chalicelib.domain.schedule import dated
from chalicelib.domain.writes import Replace
from tests.api.world import CUSTOMER_ID, MASKED, NUMBER, OFFICER, WALLET, Api, customer
from tests.domain.samples import NOON
from tests.fakes import memory_ringfence


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
    export = api.call("GET", f"{path}/export", OFFICER).body
    assert export["freshness"] == {
        "claimed_at": None,
        "claimed_until": None,
        "doubt": None,
        "doubted_at": None,
        "failed_deliveries": 0,
        "carrier": None,
        "looked_up_at": None,
        "reverify_at": None,
        "reverify_reason": None,
    }
    assert export["erasure_certificate"] is None
    assert export["customer"] == {
        "customer_id": customer_id,
        "status": "restricted",
        "phone_number_masked": MASKED,
        "region": "CN",
        "locale": "en",
        "under_14": False,
        "time_zone": "Europe/Paris",
        "time_zones": ["Asia/Shanghai"],
        "suppressed_at": "2026-11-20T12:00:00Z",
        "provenance": None,
        "created_at": "2026-11-21T12:00:00Z",
        "verified_at": "2026-11-21T12:00:00Z",
        "seen_at": "2026-11-21T12:00:00Z",
        "closed_at": "2026-11-21T13:00:00Z",
        "closed_for": "account_closed",
        "erasure_wish": None,
        "purge_at": "2026-12-21T13:00:00Z",
        "purged_at": None,
    }


def test_what_speaks_against_the_number_and_when_it_is_proved_again_is_there(api: Api, customer_id: str) -> None:
    path = f"/v1/customers/{customer_id}/export"
    assert api.call("GET", path, customer()).body["freshness"]["reverify_reason"] == "age"
    found = api.adapters.store.get(Customer, customer_id)
    assert found is not None
    told = replace(found, doubt="carrier_changed", doubted_at=NOON, carrier="46000", provenance="crm of 2019")
    api.adapters.store.commit(Replace(found, dated(told, api.adapters.policy.rules)))
    export = api.call("GET", path, customer()).body
    assert export["customer"]["provenance"] == "crm of 2019"
    said = {name: it for name, it in export["freshness"].items() if it}
    assert said == {
        "doubt": "carrier_changed",
        "doubted_at": "2026-11-21T12:00:00Z",
        "carrier": "46000",
        "reverify_at": "2026-11-21T12:00:00Z",
        "reverify_reason": "carrier_changed",
    }


def test_a_wish_is_there_while_a_law_holds_and_the_certificate_when_it_is_done(api: Api, customer_id: str) -> None:
    path, rules = f"/v1/customers/{customer_id}", api.adapters.policy.rules
    on = {name: replace(hold, on=name == "e_commerce") for name, hold in rules.holds.items()}
    held, free = (replace(api.adapters.policy, rules=replace(rules, holds=it)) for it in (on, rules.holds))
    api.adapters.policy = held
    install(memory_ringfence(api.adapters))
    assert api.call("DELETE", path, customer()).problem == "hold-active"
    export = api.call("GET", f"{path}/export", customer()).body
    wish = {"asked_by": "customer", "asked_at": "2026-11-21T12:00:00Z"}
    assert (export["customer"]["erasure_wish"], export["erasure_certificate"]) == (wish, None)
    assert export["customer"]["purge_at"] == export["holds"][0]["until"] == "2029-11-21T12:00:00Z"
    api.adapters.policy = free
    install(memory_ringfence(api.adapters))
    certificate = api.call("DELETE", path, customer()).body
    export = api.call("GET", f"{path}/export", customer()).body
    assert (export["erasure_certificate"], export["customer"]["purge_at"]) == (certificate, None)


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


def test_what_was_asked_and_agreed_is_in_it(api: Api, customer_id: str) -> None:
    api.consent("marketing")
    asked = api.call("POST", f"/v1/customers/{customer_id}/rights-requests", customer(), {"kind": "access"}).body
    held = api.call("GET", f"/v1/customers/{customer_id}/export", customer()).body
    receipt = api.call("GET", f"/v1/consent-records/{customer_id}.marketing/receipt", customer()).body
    assert (held["rights_requests"], held["receipts"]) == ([asked], [receipt])
    assert (held["number_change"], held["holds"]) == (None, [])


@pytest.mark.parametrize("form", ["page", "json"])
@pytest.mark.parametrize("token", [OFFICER, customer()], ids=["officer", "customer"])
def test_a_link_leads_to_the_page_that_opens_it(api: Api, customer_id: str, token: str, form: str) -> None:
    path = f"/v1/customers/{customer_id}/export-links"
    reply = api.call("POST", path, token, {"form": form}, headers={"Host": "127.0.0.1:8000"})
    assert (reply.status, reply.body["expires_at"]) == (201, "2026-11-21T12:10:00Z")
    there = reply.body["url"].partition("127.0.0.1:8000")[2]
    page = api.through_gateway("GET", there, {"Host": "127.0.0.1:8000"})
    assert (page.status, customer_id in page.text) == (200, False)
    assert there.partition("=")[2] not in api.log.getvalue()


def test_a_link_is_nobody_else_s(api: Api, customer_id: str) -> None:
    path = f"/v1/customers/{customer_id}/export-links"
    assert api.call("POST", path, customer("customer-two"), {}).problem == "not-found"
    assert api.call("POST", path, WALLET, {}).problem == "forbidden"
    for bad in ("", "x"):
        assert api.through_gateway("GET", f"/preferences/record-once?token={bad}", {"Host": "x"}).status == 404
    # What has no member that must be there needs no body, as the OpenAPI page says.
    assert "record-once" in api.call("POST", path, customer()).body["url"]
    reply = api.call("POST", path, customer(), {"form": "csv"})
    assert (reply.status, reply.body["errors"][0]["pointer"]) == (422, "/form")
