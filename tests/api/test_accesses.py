"""/v1/accesses: what the officer gets of the access log, page after page."""

from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.settlement import Settlement
from tests.api.world import CUSTOMER_ID, NUMBER, OFFICER, Api, Reply

NOON, ONE = "2026-11-21T12:00:00Z", "2026-11-21T13:00:00Z"


def accesses(api: Api, **query: str) -> Reply:
    return api.call("GET", f"/v1/accesses?{urlencode(query)}", OFFICER)


def rows(api: Api, kind: type[Any]) -> list[Any]:
    return [row for (of, _), row in api.adapters.store.rows.items() if of is kind]


def test_each_opening_is_listed_with_what_kms_answered(api: Api) -> None:
    api.bound()
    api.pass_time(microseconds=250)
    api.send(api.permitted("sms"))
    reply = accesses(api, **{"from": NOON, "until": ONE})
    (entry,), (settlement,) = rows(api, AccessLogEntry), rows(api, Settlement)
    opened = {"entry_id": entry.id, "customer_id": CUSTOMER_ID, "opened_at": "2026-11-21T12:00:00.000250Z"}
    assert reply.body == {
        "entries": [opened],
        "settlements": [
            {
                **opened,
                "request_id": settlement.request_id,
                "retries": 0,
                "settled_at": "2026-11-21T12:00:00.000250Z",
            }
        ],
        "next_cursor": None,
    }
    assert NUMBER[3:] not in reply.everything


def test_the_cursor_leads_through_all_pages(api: Api) -> None:
    api.bound()
    for _ in range(3):
        api.pass_time(minutes=50)
        api.send(api.permitted("sms"))
    found: list[str] = []
    query, asked = {"from": NOON, "until": "2026-11-21T16:00:00+01:00"}, 0
    while True:
        reply = accesses(api, **query)
        assert reply.status == 200
        found += [entry["entry_id"] for entry in reply.body["entries"]]
        assert [it["entry_id"] for it in reply.body["settlements"]] == [it["entry_id"] for it in reply.body["entries"]]
        asked += 1
        if reply.body["next_cursor"] is None:
            break
        query["cursor"] = reply.body["next_cursor"]
    assert asked == 3
    assert sorted(found) == sorted(entry.id for entry in rows(api, AccessLogEntry))


def test_the_first_span_that_is_taken_has_a_cursor_that_its_next_page_takes(api: Api) -> None:
    query = {"from": "1000-01-01T00:00:00Z", "until": ONE}
    first = accesses(api, **query).body["next_cursor"]
    second = accesses(api, **query, cursor=first)
    assert (second.status, second.body["next_cursor"] != first) == (200, True)


def encoded(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({}, "/from"),
        ({"from": NOON}, "/until"),
        ({"from": "2026-11-21", "until": ONE}, "/from"),
        ({"from": "2026-11-21T12:00:00", "until": ONE}, "/from"),
        ({"from": "yesterday", "until": ONE}, "/from"),
        ({"from": "0001-01-01T00:00:00+14:00", "until": ONE}, "/from"),
        # Their cursors would have years of three digits.
        ({"from": "0999-12-31T23:59:59Z", "until": ONE}, "/from"),
        ({"from": "1000-01-01T00:30:00+01:00", "until": ONE}, "/from"),
        ({"from": NOON, "until": "9999-12-31T23:59:59Z"}, "/until"),
        *(
            ({"from": NOON, "until": ONE, "cursor": cursor}, "/cursor")
            for cursor in [
                *("", "x", "%ff", "\u00e4", encoded("2026-11-21T12#00"), encoded("2026-11-21T12#00|nowhere")),
                *(encoded("2026-11-21T25#00|2026-11-21T12:00:00+00:00#a"), encoded("a|b|c")),
                # Of another span, or of no partition.
                *(encoded(f"2026-11-21T{part}|2026-11-21T12:00:00+00:00#a") for part in ("11#00", "13#00", "12#64")),
                encoded("2026-11-21T12#00|2026-11-21T11:59:59+00:00#a"),
                encoded("2026-11-21T12#00|2026-11-21T12:00:00#a"),
            ]
        ),
    ],
)
def test_what_cannot_be_read_is_named(api: Api, query: dict[str, str], pointer: str) -> None:
    reply = accesses(api, **query)
    assert (reply.status, reply.problem) == (422, "invalid-request")
    assert [it["pointer"] for it in reply.body["errors"]] == [pointer]


def test_what_is_not_settled_is_listed_all_the_same(api: Api) -> None:
    api.bound()
    api.send(api.permitted("sms"))
    for settlement in rows(api, Settlement):
        del api.adapters.store.rows[Settlement, (settlement.customer_id, settlement.place)]
    reply = accesses(api, **{"from": NOON, "until": ONE})
    assert (len(reply.body["entries"]), reply.body["settlements"]) == (1, [])
    later = api.adapters.clock.now() + timedelta(seconds=1)
    assert accesses(api, **{"from": later.isoformat(), "until": ONE}).body["entries"] == []
