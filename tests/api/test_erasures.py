"""Erasing over HTTP: a certificate, or the law that forbids it yet."""

import json
from dataclasses import replace

import pytest

from chalicelib.domain.certificate import CERTIFICATE_TYPE
from tests.api.world import CUSTOMER_ID, OFFICER, STAFF, Api, customer
from tests.consent_receipts import require_signed

PATH = f"/v1/customers/{CUSTOMER_ID}"
CERTIFICATE = f"{PATH}/erasure-certificate"
KEY = "a-key-of-one-request"
JOSE = {"Accept": "application/jose"}


def laws_on(api: Api) -> list[str]:
    """Both laws bind the company."""
    policy = api.adapters.policy
    holds = {name: replace(law, on=True) for name, law in policy.rules.holds.items()}
    api.adapters.policy = replace(policy, rules=replace(policy.rules, holds=holds))
    return [law.law for law in holds.values()]


@pytest.mark.parametrize("token", [customer(), OFFICER])
def test_who_is_erased_gets_a_certificate_and_the_same_again(api: Api, token: str) -> None:
    api.bound()
    made = api.call("DELETE", PATH, token, key=KEY)
    assert (made.status, made.body["reason"]) == (200, "erasure_asked")
    assert made.body["asked_by"] == ("officer" if token == OFFICER else "customer")
    api.pass_time(hours=1)
    assert api.call("DELETE", PATH, token, key=KEY).body == made.body
    assert api.call("DELETE", PATH, token).body == made.body
    assert api.call("GET", CERTIFICATE, token).body == made.body
    state = api.call("GET", PATH, STAFF).body
    assert (state["status"], state["phone_number_masked"], state["holds"]) == ("purged", None, [])
    api.require_silent_log()


def test_the_signed_certificate_says_the_same_and_is_checked_with_the_published_keys(api: Api) -> None:
    api.bound()
    made = api.call("DELETE", PATH, customer()).body
    signed = api.call("GET", CERTIFICATE, customer(), headers=JOSE)
    assert (signed.status, signed.headers["content-type"]) == (200, "application/jose")
    keys = api.call("GET", "/.well-known/jwks.json", None).body
    assert json.loads(require_signed(signed.text, keys, CERTIFICATE_TYPE)) == made


def test_the_laws_that_hold_are_named_with_their_ends(api: Api) -> None:
    laws = laws_on(api)
    api.bound()
    held = api.call("DELETE", PATH, customer(), key=KEY)
    assert (held.status, held.problem) == (409, "hold-active")
    assert [it["law"] for it in held.body["holds"]] == laws
    state = api.call("GET", PATH, customer()).body
    assert (state["status"], state["holds"]) == ("restricted", held.body["holds"])
    assert state["purge_at"] == held.body["holds"][0]["until"]
    assert api.call("DELETE", PATH, customer(), key=KEY).body["holds"] == held.body["holds"]
    assert api.call("GET", CERTIFICATE, customer()).problem == "not-found"


def test_a_key_belongs_to_one_wish(api: Api) -> None:
    api.bound()
    api.call("DELETE", PATH, customer(), key=KEY)
    other = api.call("DELETE", f"{PATH}?never_contact_again=true", customer(), key=KEY)
    assert (other.status, other.problem) == (422, "idempotency-key-reused")


@pytest.mark.parametrize("said", ["", "yes", "1", "True"])
def test_a_wish_that_is_neither_is_refused(api: Api, said: str) -> None:
    api.bound()
    bad = api.call("DELETE", f"{PATH}?never_contact_again={said}", customer())
    assert (bad.status, bad.problem) == (422, "invalid-request")
    assert [it["pointer"] for it in bad.body["errors"]] == ["/never_contact_again"]
    assert api.call("GET", PATH, STAFF).body["status"] == "active"


def test_the_wish_to_hear_nothing_more_is_kept_by_tag(api: Api) -> None:
    api.bound()
    made = api.call("DELETE", f"{PATH}?never_contact_again=true", customer()).body
    assert "suppression" in {it["what"] for it in made["kept"]}


def test_a_customer_erases_nobody_else(api: Api) -> None:
    api.bound()
    for method, path in (("DELETE", PATH), ("GET", CERTIFICATE)):
        assert api.call(method, path, customer("customer-two")).problem == "not-found"
    assert api.call("GET", PATH, STAFF).body["status"] == "active"
