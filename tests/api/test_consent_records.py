"""GET /v1/consent-records/{record_id}/receipt: as JSON, and signed."""

import json

import pytest

from tests.api.world import CUSTOMER_ID, OFFICER, OTHER_NUMBER, STAFF, WALLET, Api, Reply, customer
from tests.consent_receipts import require_receipt, require_signed

PATH = f"/v1/consent-records/{CUSTOMER_ID}.marketing/receipt"
JOSE = {"Accept": "application/jose"}


@pytest.fixture
def agreed(customer_id: str, api: Api) -> str:
    """A customer who gave and withdrew a consent."""
    api.consent("marketing")
    return str(api.consent("marketing", "withdrawn").body["record_id"])


def signed(api: Api, token: str = WALLET) -> Reply:
    reply = api.call("GET", PATH, token, headers=JOSE)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/jose")
    return reply


@pytest.mark.parametrize("token", [WALLET, OFFICER, customer()], ids=["wallet", "officer", "customer"])
def test_the_receipt_is_json_by_default(agreed: str, api: Api, token: str) -> None:
    reply = api.call("GET", f"/v1/consent-records/{agreed}/receipt", token)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert reply.headers["cache-control"] == "no-store"
    receipt = require_receipt(reply.text.encode())
    assert [event["event_state"] for event in receipt["records"][0]["events"]] == [
        "dpv:ConsentGiven",
        "dpv:ConsentWithdrawn",
    ]


def test_the_signed_receipt_is_checked_with_the_published_keys(agreed: str, api: Api) -> None:
    keys = json.loads(api.call("GET", "/.well-known/jwks.json", None).text)
    assert require_signed(signed(api).text, keys) == api.call("GET", PATH).text.encode()


def test_receipts_are_checked_through_a_rotation(agreed: str, api: Api) -> None:
    old = signed(api).text
    api.adapters.signer.rotate()
    keys = json.loads(api.call("GET", "/.well-known/jwks.json", None).text)
    assert require_signed(old, keys) == require_signed(signed(api).text, keys)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/jose", "application/jose"),
        ("Application/JOSE", "application/jose"),
        ("application/json, application/jose", "application/jose"),
        ("application/jose;q=0.9, application/json;q=0.5", "application/jose"),
        ("text/html, application/jose; q=1", "application/jose"),
        ("application/json, application/jose;q=0.9", "application/json"),
        ("application/jose;q=0", "application/json"),
        ("application/jose;q=none", "application/json"),
        ("application/jose;q=7", "application/json"),
        ("application/*", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "application/json"),
        ("", "application/json"),
        (",;,q", "application/json"),
    ],
)
def test_the_accept_header_decides(agreed: str, api: Api, accept: str, media_type: str) -> None:
    assert api.call("GET", PATH, headers={"Accept": accept}).headers["content-type"] == media_type


@pytest.mark.parametrize(
    "record_id",
    [
        f"{CUSTOMER_ID}.order_notice",
        f"{CUSTOMER_ID}.account_security",
        f"{CUSTOMER_ID}.",
        CUSTOMER_ID,
        ".marketing",
        "customer-two.marketing",
        f"{CUSTOMER_ID}.marketing.marketing",
    ],
)
def test_what_there_is_not_is_not_found(agreed: str, api: Api, record_id: str) -> None:
    for headers in ({}, JOSE):
        assert api.call("GET", f"/v1/consent-records/{record_id}/receipt", headers=headers).problem == "not-found"


def test_a_customer_reaches_their_own_record_only(agreed: str, api: Api) -> None:
    api.bound("customer-two", OTHER_NUMBER)
    assert api.call("GET", PATH, customer("customer-two")).problem == "not-found"
    assert api.call("GET", PATH, STAFF).problem == "forbidden"


def test_the_longest_id_has_a_receipt(api: Api) -> None:
    api.bound("c" * 64)
    assert api.consent("marketing", customer_id="c" * 64).status == 200
    assert api.call("GET", f"/v1/consent-records/{'c' * 64}.marketing/receipt").status == 200
