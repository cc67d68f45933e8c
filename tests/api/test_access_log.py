"""Who looked, in plain words: who by role, when, why and under which consent."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.customer import Customer
from chalicelib.domain.reasons import REASONS
from chalicelib.domain.writes import Insert, Replace
from tests.api.world import CUSTOMER_ID, NUMBER, OFFICER, STAFF, WALLET, Api, customer
from tests.domain.samples import NOON

LOG = f"/v1/customers/{CUSTOMER_ID}/access-log"


def log(api: Api) -> Any:
    reply = api.call("GET", LOG, customer())
    assert reply.status == 200
    assert NUMBER[3:] not in reply.everything
    assert api.call("GET", LOG, OFFICER).body == reply.body
    return reply.body


def test_before_anybody_looked_there_is_nothing(api: Api, customer_id: str) -> None:
    assert log(api) == {"entries": [], "decisions": [], "previews": []}


def test_a_message_rests_on_the_consent_of_its_day(api: Api, customer_id: str) -> None:
    event_id = api.consent("marketing").body["event_id"]
    api.pass_time(minutes=30)
    token = api.decide("marketing", "sms").body["contact_token"]
    api.send(token, template="new_feature", parameters={"feature_name": "split bills"})
    seen = log(api)
    (entry,), (decision,) = seen["entries"], seen["decisions"]
    rests = {"evidence": [event_id], "said_at": "2026-11-21T12:00:00Z"}
    of_both = {"purpose": "marketing", "channel": "sms", "role": "staff", **rests}
    assert entry == {
        "entry_id": entry["entry_id"],
        "opened_at": "2026-11-21T12:30:00Z",
        "action": "message",
        "justification": None,
        "ticket": None,
        "approved": False,
        **of_both,
    }
    assert decision == {
        "entry_id": decision["entry_id"],
        "decided_at": "2026-11-21T12:30:00Z",
        "reason": "consent_given",
        "explanation": REASONS["consent_given"]["en"],
        **of_both,
    }


def test_what_was_said_since_does_not_change_what_an_entry_rests_on(api: Api, customer_id: str) -> None:
    api.consent("marketing")
    api.decide("marketing", "sms")
    api.pass_time(hours=1)
    withdrawn = api.consent("marketing", "withdrawn").body["event_id"]
    api.decide("marketing", "sms")
    api.pass_time(hours=1)
    api.consent("marketing")
    refused, permitted = log(api)["decisions"]
    assert (permitted["reason"], permitted["said_at"]) == ("consent_given", "2026-11-21T12:00:00Z")
    assert (refused["reason"], refused["said_at"]) == ("consent_withdrawn", "2026-11-21T13:00:00Z")
    assert refused["evidence"] == [withdrawn]
    assert refused["explanation"] == REASONS["consent_withdrawn"]["en"]


def test_what_rests_on_the_contract_rests_on_no_word(api: Api, customer_id: str) -> None:
    api.send(api.permitted("sms"))
    seen = log(api)
    for entry in (*seen["entries"], *seen["decisions"]):
        assert (entry["evidence"], entry["said_at"]) == ([], None)
    assert seen["decisions"][0]["explanation"] == REASONS["contract"]["en"]


def test_it_speaks_the_customer_s_language(api: Api, customer_id: str) -> None:
    store = api.adapters.store
    found = store.get(Customer, customer_id)
    assert found is not None
    store.commit(Replace(found, replace(found, locale="zh-Hans")))
    api.decide("marketing", "sms")
    assert log(api)["decisions"][0]["explanation"] == REASONS["consent_missing"]["zh-CN"]


def test_a_second_person_is_told_and_not_named(api: Api, customer_id: str) -> None:
    people = ("staff", "call-centre", "agent-one")
    entry = AccessLogEntry("acc_1", customer_id, NOON, "reveal", "account_security", "call", *people, (), "A call back")
    api.adapters.store.commit(Insert(replace(entry, ticket="T-1", approved_by="agent-two")))
    (seen,) = log(api)["entries"]
    assert (seen["ticket"], seen["approved"], seen["justification"]) == ("T-1", True, "A call back")
    assert "agent" not in str(seen)


def test_the_latest_opening_comes_first_and_the_oldest_is_cut_off(api: Api, customer_id: str) -> None:
    people = ("staff", "call-centre", "agent-one")
    first = AccessLogEntry("acc_000", customer_id, NOON, "reveal", "account_security", "call", *people, (), "A call")
    for nth in range(201):
        entry = replace(first, id=f"acc_{nth:03}", at=NOON + timedelta(seconds=nth))
        api.adapters.store.commit(Insert(entry))
    assert [it["entry_id"] for it in log(api)["entries"]] == [f"acc_{nth:03}" for nth in range(200, 0, -1)]


def test_previews_are_counted_by_role_and_kept_out_of_the_decisions(api: Api, customer_id: str) -> None:
    body = {"customer_id": customer_id, "purpose": "marketing", "channel": "sms", "preview": True}
    for token in (STAFF, STAFF, WALLET):
        assert api.call("POST", "/v1/contact-decisions", token, body).status == 200
    seen = log(api)
    assert seen["previews"] == [{"month": "2026-11", "staff": 2, "wallet": 1}]
    assert seen["decisions"] == []
