"""What everybody may read, without a token."""

import hashlib
import json

import pytest

from chalicelib.domain.purge_run import PurgeRun
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
    older = PurgeRun("run_20261120T120000Z_0", NOON, NOON, complete=True)
    newer = PurgeRun(
        "run_20261121T120000Z_0",
        NOON,
        NOON.replace(second=3),
        complete=False,
        erased={"account_closed": 2},
        failures={"Unavailable": 1},
        oldest_lateness_seconds=60,
    )
    api.adapters.store.commit(Insert(older), Insert(newer))
    reply = api.call("GET", "/v1/purge-runs", OFFICER)
    assert reply.status == 200
    assert [it["run_id"] for it in reply.body["purge_runs"]] == [newer.id, older.id]
    one = api.call("GET", f"/v1/purge-runs/{newer.id}", OFFICER)
    assert one.status == 200
    assert (
        one.body
        == reply.body["purge_runs"][0]
        == {
            "run_id": newer.id,
            "started_at": "2026-11-21T12:00:00Z",
            "finished_at": "2026-11-21T12:00:03Z",
            "duration_seconds": 3.0,
            "complete": False,
            "erased": {"account_closed": 2},
            "ended": {},
            "failures": {"Unavailable": 1},
            "oldest_lateness_seconds": 60,
        }
    )


def test_an_unknown_purge_run_is_not_found(api: Api) -> None:
    assert api.call("GET", "/v1/purge-runs/run_nothing", OFFICER).problem == "not-found"


def test_the_keys_are_public_and_only_their_public_half(api: Api) -> None:
    api.adapters.signer.rotate()
    reply = api.call("GET", "/.well-known/jwks.json", None)
    assert reply.status == 200
    assert reply.body == {"keys": api.adapters.signer.public_keys()}
    assert len(reply.body["keys"]) == 2
    assert {*reply.body["keys"][0]} == {"kty", "crv", "x", "y", "kid", "use", "alg"}
