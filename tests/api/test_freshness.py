"""/v1/reverifications and signs of life, as the wallet sees them."""

from base64 import urlsafe_b64encode
from urllib.parse import urlencode

import pytest

from chalicelib.domain.customer import Customer
from tests.api.world import CUSTOMER_ID, NUMBER, WALLET, Api, Reply

DUE = "2027-11-21T12:00:00Z"


def due(api: Api, **query: str | int) -> Reply:
    return api.call("GET", f"/v1/reverifications?{urlencode(query)}", WALLET)


def active(api: Api, customer_id: str = CUSTOMER_ID, key: str | None = None) -> Reply:
    return api.call("POST", f"/v1/customers/{customer_id}/activity", WALLET, {}, key=key)


def head(api: Api) -> Customer:
    found = api.adapters.store.get(Customer, CUSTOMER_ID)
    assert found is not None
    return found


def test_who_is_due_is_listed_with_the_reason_and_the_date(api: Api) -> None:
    api.bound()
    assert due(api).body == {"reverifications": [], "next_cursor": None}
    reply = due(api, due_before="2027-11-21T12:00:01Z")
    row = {"customer_id": CUSTOMER_ID, "reason": "age", "due_at": DUE}
    assert reply.body == {"reverifications": [row], "next_cursor": None}
    assert NUMBER[3:] not in reply.everything
    assert due(api, due_before=DUE).body["reverifications"] == []


def test_the_cursor_leads_through_all_pages(api: Api) -> None:
    ids = [api.bound(f"customer-{name}", f"+4474001234{number}") for name, number in (("ada", 56), ("bob", 57))]
    found: list[str] = []
    query: dict[str, str | int] = {"due_before": "2028-01-01T00:00:00Z", "limit": 1}
    while True:
        reply = due(api, **query)
        assert reply.status == 200
        found += [row["customer_id"] for row in reply.body["reverifications"]]
        if reply.body["next_cursor"] is None:
            break
        query["cursor"] = reply.body["next_cursor"]
    assert sorted(found) == ids


def encoded(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"due_before": "tomorrow"}, "/due_before"),
        ({"due_before": "2026-11-21T12:00:00"}, "/due_before"),
        ({"due_befor": DUE}, "/"),
        *(({"limit": limit}, "/limit") for limit in ("", "0", "-1", "1001", "1.0", "\u0661", "1" * 5000)),
        *(
            ({"cursor": cursor}, "/cursor")
            for cursor in [
                *("", "x", "%ff", "\u00e4", encoded("07"), encoded("07|nowhere"), encoded("64|2026-11-21T12:00:00Z#a")),
                *(encoded("07|2026-11-21T12:00:00#a"), encoded("a|b|c")),
            ]
        ),
    ],
)
def test_what_is_no_page_is_refused(api: Api, query: dict[str, str], pointer: str) -> None:
    reply = due(api, **query)
    assert (reply.status, reply.problem) == (422, "invalid-request")
    assert reply.body["errors"][0]["pointer"] == pointer


def test_a_sign_of_life_is_noted_and_answered_with_nothing(api: Api) -> None:
    api.bound()
    api.pass_time(days=2)
    reply = active(api, key="key-0123456789abcdef")
    assert (reply.status, reply.text) == (204, "")
    assert head(api).seen_at == api.adapters.clock.at
    api.pass_time(hours=1)
    assert active(api, key="key-0123456789abcdef").status == 204
    assert head(api).seen_at != api.adapters.clock.at


def test_there_is_no_sign_of_who_is_gone(api: Api) -> None:
    assert active(api).problem == "not-found"
    api.bound()
    api.call("POST", f"/v1/customers/{CUSTOMER_ID}/closure", WALLET, {})
    assert (active(api).status, active(api).problem) == (409, "customer-restricted")
