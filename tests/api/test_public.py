"""What everybody may read, without a token."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.purge_run import PurgeRun
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Insert
from tests.api.world import OFFICER, Api
from tests.fakes import NOON


def test_the_process_answers(api: Api) -> None:
    reply = api.call("GET", "/healthz", None)
    assert (reply.status, reply.body) == (200, {"status": "ok"})


def test_the_catalogue_lists_every_purpose_of_the_policy(api: Api) -> None:
    reply = api.call("GET", "/v1/purposes?locale=zh-CN", None)
    assert reply.status == 200
    purposes = {it["purpose"]: it for it in reply.body["purposes"]}
    assert purposes.keys() == api.adapters.policy.rules.purposes.keys()
    assert {it["locale"] for it in purposes.values()} == {"zh-CN"}
    assert purposes["account_security"]["basis"] == "contract"
    assert purposes["account_security"]["essential"] is True
    assert purposes["marketing"] == {
        "purpose": "marketing",
        "basis": "consent",
        "essential": False,
        "channels": ["sms", "call", "app"],
        "title": purposes["marketing"]["title"],
        "summary": purposes["marketing"]["summary"],
        "notice_version": 1,
        "locale": "zh-CN",
    }


@pytest.mark.parametrize(
    ("query", "locale"),
    [("", "en"), ("?locale=zh-CN", "zh-CN"), ("?locale=zh", "zh-CN"), ("?locale=fr", "en"), ("?locale=%ff", "en")],
)
def test_a_notice_comes_with_the_digest_of_its_text(api: Api, query: str, locale: str) -> None:
    reply = api.call("GET", f"/v1/notices/marketing/1{query}", None)
    assert reply.status == 200
    notice = reply.body
    assert set(notice) == {"purpose", "version", "locale", "title", "summary", "material", "text", "sha256"}
    assert (notice["purpose"], notice["version"], notice["locale"]) == ("marketing", 1, locale)
    assert notice["sha256"] == hashlib.sha256(notice["text"].encode()).hexdigest()


@pytest.mark.parametrize("path", ["marketing/2", "marketing/0", "marketing/one", "marketing/-1", "no_purpose/1"])
def test_an_unknown_notice_is_not_found(api: Api, path: str) -> None:
    assert api.call("GET", f"/v1/notices/{path}", None).problem == "not-found"


def test_the_description_is_served(api: Api) -> None:
    reply = api.call("GET", "/openapi.json", None)
    assert reply.status == 200
    assert json.loads(reply.text)["openapi"].startswith("3.1.")


def test_purge_runs_are_reported_newest_first(api: Api) -> None:
    older = PurgeRun(
        id="run_20261120T120000Z_0",
        started_at=NOON,
        shards_left=(),
        erased={"account_closed": 2},
        failures={"Unavailable": 1},
        oldest_lateness_seconds=60,
        capacity_half_units=5,
        finished_at=NOON.replace(second=3),
        sequence=1,
        previous="0" * 64,
        signed="a.b.c",
    )
    newer = PurgeRun(id="run_20261121T120000Z_0", started_at=NOON, shards_left=("07", "63"))
    api.adapters.store.commit(Insert(older), Insert(newer))
    reply = api.call("GET", "/v1/purge-runs", OFFICER)
    assert reply.status == 200
    assert [it["run_id"] for it in reply.body["purge_runs"]] == [newer.id, older.id]
    assert [it["complete"] for it in reply.body["purge_runs"]] == [False, True]
    assert api.call("GET", f"/v1/purge-runs/{newer.id}", OFFICER).body == {
        **dict.fromkeys(("finished_at", "duration_seconds", "sequence", "previous", "signature")),
        "run_id": newer.id,
        "started_at": "2026-11-21T12:00:00Z",
        "complete": False,
        "shards_left": 2,
        "erased": {},
        "ended": {},
        "failures": {},
        "oldest_lateness_seconds": 0,
        "capacity_units": 0.0,
    }
    one = api.call("GET", f"/v1/purge-runs/{older.id}", OFFICER)
    assert one.body == reply.body["purge_runs"][1]
    assert one.body == {
        "run_id": older.id,
        "started_at": "2026-11-21T12:00:00Z",
        "finished_at": "2026-11-21T12:00:03Z",
        "duration_seconds": 3.0,
        "complete": True,
        "shards_left": 0,
        "erased": {"account_closed": 2},
        "ended": {},
        "failures": {"Unavailable": 1},
        "oldest_lateness_seconds": 60,
        "capacity_units": 2.5,
        "sequence": 1,
        "previous": "0" * 64,
        "signature": "a.b.c",
    }


def test_the_officer_sees_what_is_due(api: Api) -> None:
    for number in range(3):
        api.start(f"+447400123{number:03d}")
    preview = api.call("GET", "/v1/purge-preview", OFFICER)
    nothing: dict[str, Any] = {"due": {"verification": {}, "customer": {}}, "oldest_due_at": None, "complete": True}
    assert preview.body == {"at": "2026-11-21T12:00:00Z", **nothing}
    api.adapters.clock.at += timedelta(days=1, hours=1)
    preview = api.call("GET", "/v1/purge-preview", OFFICER)
    assert preview.body == {
        "at": "2026-11-22T13:00:00Z",
        "due": {"verification": {"unverified_number": 3}, "customer": {}},
        "oldest_due_at": "2026-11-22T12:00:00Z",
        "complete": True,
    }
    assert len([row for row in api.adapters.store.rows if row[0] is Verification]) == 3


def test_an_unknown_purge_run_is_not_found(api: Api) -> None:
    assert api.call("GET", "/v1/purge-runs/run_nothing", OFFICER).problem == "not-found"


def test_the_keys_are_public_and_only_their_public_half(api: Api) -> None:
    api.adapters.signer.rotate()
    reply = api.call("GET", "/.well-known/jwks.json", None)
    assert reply.status == 200
    assert reply.body == {"keys": api.adapters.signer.public_keys()}
    assert len(reply.body["keys"]) == 2
    assert {*reply.body["keys"][0]} == {"kty", "crv", "x", "y", "kid", "use", "alg"}
