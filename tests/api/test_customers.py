"""/v1/customers and its consents."""

from dataclasses import replace

import pytest

from chalicelib.bootstrap import install
from chalicelib.domain.closing import purged
from chalicelib.domain.customer import Customer
from chalicelib.domain.writes import Replace
from tests.api.world import CUSTOMER_ID, MASKED, OFFICER, OTHER_NUMBER, STAFF, Api, customer
from tests.fakes import memory_ringfence


def test_a_bound_customer_is_answered_in_full(api: Api) -> None:
    verification_id = api.proved()
    api.pass_time(seconds=7)
    reply = api.bind(verification_id)
    assert reply.status == 201
    assert reply.body == {
        "customer_id": CUSTOMER_ID,
        "status": "active",
        "phone_number_masked": MASKED,
        "verified_at": "2026-11-21T12:00:00Z",
        "locale": "en",
        "under_14": False,
        "time_zone": None,
        "pending_until": None,
        "purge_at": None,
        "holds": [],
    }
    assert api.call("GET", f"/v1/customers/{CUSTOMER_ID}", STAFF).body == reply.body


def test_a_customer_may_be_named_by_ringfence(api: Api) -> None:
    reply = api.call("POST", "/v1/customers", body={"verification_id": api.proved(), "on_conflict": "refuse"})
    assert reply.status == 201
    assert reply.body["customer_id"].startswith("cus_")


def test_a_proof_binds_once(api: Api) -> None:
    verification_id = api.proved()
    api.bind(verification_id)
    again = api.bind(verification_id, "customer-two")
    assert (again.status, again.problem) == (409, "verification-spent")


@pytest.mark.parametrize(
    ("seconds", "problem"), [(0, "verification-not-proved"), (600, "verification-expired")], ids=["pending", "late"]
)
def test_an_unproved_number_is_not_bound(api: Api, seconds: int, problem: str) -> None:
    verification_id = api.started()
    api.pass_time(seconds=seconds)
    assert api.bind(verification_id).problem == problem


def test_a_proof_ends(api: Api) -> None:
    verification_id = api.proved()
    api.pass_time(seconds=86_400)
    assert api.bind(verification_id).problem in ("verification-expired", "not-found")


def test_a_cancelled_proof_is_not_bound(api: Api) -> None:
    verification_id = api.proved()
    api.call("DELETE", f"/v1/verifications/{verification_id}")
    assert api.bind(verification_id).problem == "verification-cancelled"


def test_a_proof_for_something_else_binds_nobody(api: Api, customer_id: str) -> None:
    started = api.call("POST", "/v1/verifications", body={"purpose": "step_up", "customer_id": customer_id})
    verification_id = started.body["verification_id"]
    assert api.check(verification_id).status == 200
    assert api.bind(verification_id, "customer-two").problem == "verification-purpose-mismatch"


def test_a_number_has_one_holder(api: Api, customer_id: str) -> None:
    assert api.bind(api.proved(), "customer-two").problem == "number-in-use"
    assert api.call("GET", "/v1/customers/customer-two").problem == "not-found"


def test_a_customer_id_is_taken_once(api: Api, customer_id: str) -> None:
    assert api.bind(api.proved(OTHER_NUMBER), customer_id).problem == "customer-exists"


def test_a_closed_customer_is_restricted_until_its_purge(api: Api, customer_id: str) -> None:
    reply = api.call("POST", f"/v1/customers/{customer_id}/closure", customer())
    assert reply.status == 202
    assert reply.body == {
        "customer_id": customer_id,
        "status": "restricted",
        "phone_number_masked": MASKED,
        "verified_at": "2026-11-21T12:00:00Z",
        "locale": "en",
        "under_14": False,
        "time_zone": None,
        "pending_until": None,
        "purge_at": "2026-12-21T12:00:00Z",
        "holds": [],
    }
    api.pass_time(days=1)
    assert api.call("POST", f"/v1/customers/{customer_id}/closure", body={}).body == reply.body
    start = api.call("POST", "/v1/verifications", body={"purpose": "step_up", "customer_id": customer_id})
    assert (start.status, start.problem) == (409, "customer-restricted")


def test_a_consent_is_recorded_in_full(api: Api, customer_id: str) -> None:
    sha256 = api.call("GET", "/v1/notices/marketing/1?locale=en", None).body["sha256"]
    reply = api.consent("marketing", notice_sha256=sha256, channels=["sms", "call", "sms"])
    assert reply.status == 200
    assert reply.body == {
        "record_id": f"{customer_id}.marketing",
        "purpose": "marketing",
        "status": "given",
        "event_id": reply.body["event_id"],
        "event_time": "2026-11-21T12:00:00Z",
        "notice_version": 1,
        "locale": "en",
        "channels": ["sms", "call"],
        "valid_until": "2027-11-21T12:00:00Z",
    }
    assert api.call("GET", f"/v1/customers/{customer_id}/consents").body == {"consents": [reply.body]}


@pytest.mark.parametrize("decision", ["refused", "withdrawn"])
def test_saying_no_needs_no_channel(api: Api, customer_id: str, decision: str) -> None:
    reply = api.consent("order_notice", decision, token=customer())
    assert (reply.status, reply.body["status"], reply.body["channels"]) == (200, decision, [])


def test_the_history_has_every_event_of_its_purpose(api: Api, customer_id: str) -> None:
    api.consent("order_notice")
    api.consent("marketing")
    api.pass_time(seconds=0.25)
    api.consent("marketing", "withdrawn", token=customer(), surface="preference_centre")
    reply = api.call("GET", f"/v1/customers/{customer_id}/consents/marketing/history", OFFICER)
    assert reply.status == 200
    given, withdrawn = reply.body["events"]
    assert withdrawn == {
        "event_id": withdrawn["event_id"],
        "record_id": f"{customer_id}.marketing",
        "event_type": "withdrawn",
        "event_time": "2026-11-21T12:00:00.250000Z",
        "purpose": "marketing",
        "channels": [],
        "notice_version": 1,
        "notice_sha256": api.call("GET", "/v1/notices/marketing/1", None).body["sha256"],
        "locale": "en",
        "surface": "preference_centre",
        "actor_role": "customer",
        "actor_client": "wallet-app",
        "actor": "customer",
        "method": "tap",
        "most_per_month": None,
        "valid_until": None,
        "guardian": None,
    }
    assert (given["event_type"], given["actor_role"], given["channels"]) == ("given", "wallet", ["sms", "call"])


def test_nothing_is_given_once_restricted_but_everything_withdrawn(api: Api, customer_id: str) -> None:
    api.consent("marketing")
    api.call("POST", f"/v1/customers/{customer_id}/closure")
    assert (api.consent("marketing").status, api.consent("marketing").problem) == (409, "customer-restricted")
    assert api.consent("marketing", "withdrawn").status == 200


def test_a_purged_customer_has_no_mask_and_no_choices(api: Api, customer_id: str) -> None:
    store, clock = api.adapters.store, api.adapters.clock
    head = store.get(Customer, customer_id)
    assert head is not None
    store.commit(Replace(head, purged(head, clock.now(), api.adapters.policy.rules)))
    reply = api.call("GET", f"/v1/customers/{customer_id}")
    assert (reply.body["status"], reply.body["phone_number_masked"], reply.body["purge_at"]) == ("purged", None, None)
    assert api.consent("marketing").problem == "customer-purged"
    assert api.consent("marketing", "withdrawn").problem == "customer-purged"
    start = api.call("POST", "/v1/verifications", body={"purpose": "preferences", "customer_id": customer_id})
    assert (start.status, start.problem) == (409, "customer-purged")


@pytest.mark.parametrize(
    ("method", "suffix"),
    [("GET", ""), ("POST", "/closure"), ("GET", "/consents"), ("GET", "/consents/marketing/history")],
)
def test_a_customer_reaches_only_itself(api: Api, customer_id: str, method: str, suffix: str) -> None:
    path = f"/v1/customers/{customer_id}{suffix}"
    stranger = api.call(method, path, customer("customer-two"))
    assert (stranger.status, stranger.problem) == (404, "not-found")
    nobody = api.call(method, f"/v1/customers/customer-three{suffix}", customer("customer-two"))
    assert {**stranger.body, "instance": ""} == {**nobody.body, "instance": ""}
    assert api.call(method, path, customer(customer_id)).status in (200, 202)


def test_a_customer_decides_only_for_itself(api: Api, customer_id: str) -> None:
    assert api.consent("marketing", token=customer("customer-two")).problem == "not-found"
    assert api.call("GET", f"/v1/customers/{customer_id}/consents").body == {"consents": []}


@pytest.mark.parametrize("suffix", ["", "/consents", "/consents/marketing/history"])
def test_an_unknown_customer_is_not_found(api: Api, suffix: str) -> None:
    assert api.call("GET", f"/v1/customers/customer-nine{suffix}").problem == "not-found"


def test_the_history_of_a_purpose_that_the_policy_dropped_can_still_be_read(api: Api, customer_id: str) -> None:
    api.consent("marketing")
    policy = api.adapters.policy
    kept = {name: purpose for name, purpose in policy.rules.purposes.items() if name != "marketing"}
    texts = {
        locale: replace(own, contact={name: own.contact[name] for name in own.contact if name in kept})
        for locale, own in policy.texts.items()
    }
    api.adapters.policy = replace(policy, rules=replace(policy.rules, purposes=kept), texts=texts)
    install(memory_ringfence(api.adapters))
    history = f"/v1/customers/{customer_id}/consents/{{}}/history"
    assert len(api.call("GET", history.format("marketing"), OFFICER).body["events"]) == 1
    assert api.consent("marketing", "withdrawn").status == 200
    assert api.call("GET", history.format("never_heard_of"), OFFICER).problem == "not-found"
