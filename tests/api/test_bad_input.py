"""Every bad request is refused by name, and nothing of it comes back."""

import json
import re
from typing import Any
from urllib.parse import unquote

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.verification import Verification
from tests.api.bad_bodies import BODIES
from tests.api.bad_input import MARKER, Bad
from tests.api.bad_rights import RIGHTS_REQUESTS
from tests.api.bad_starts import MEMBERS, NUMBERS, TRANSACTIONS
from tests.api.bad_uses import BINDS, CODES, CONSENTS, CONTACTS, PATHS
from tests.api.world import OTHER_NUMBER, Api, Reply

TABLE = [*NUMBERS, *MEMBERS, *TRANSACTIONS, *BODIES, *CODES, *BINDS, *CONSENTS, *CONTACTS, *RIGHTS_REQUESTS, *PATHS]
PROVED_NUMBER = "+8613800138222"


@pytest.fixture
def prepared(api: Api) -> dict[str, str]:
    """What the placeholders of a row stand for."""
    customer_id = api.bound()
    used = api.permitted("sms")
    api.send(used)
    prepared = {
        "$customer": customer_id,
        "$proved": api.proved(PROVED_NUMBER),
        "$verification": api.started(OTHER_NUMBER),
        "$used_token": used,
        "$sms_token": api.permitted("sms"),
        "$call_token": api.permitted("call"),
    }
    api.log.truncate(0)
    api.log.seek(0)
    return prepared


def filled(value: Any, prepared: dict[str, str]) -> Any:
    if isinstance(value, str):
        return prepared.get(value, value)
    if isinstance(value, dict):
        return {name: filled(member, prepared) for name, member in value.items()}
    return value


def request(api: Api, row: Bad, prepared: dict[str, str]) -> Reply:
    path = re.sub(r"\$[a-z_]+", lambda found: prepared[found[0]], row.path)
    body = filled(row.body, prepared)
    # The test client sends application/json unless told otherwise, so bytes come with headers of their own.
    raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    headers = {} if raw is None else {"Content-Type": row.content_type or ""}
    return api.call(row.method, path, row.token, raw, headers=headers)


def numbers_in(row: Bad) -> set[str]:
    said = row.body.decode("latin-1") if isinstance(row.body, bytes) else json.dumps(row.body, ensure_ascii=False)
    return set(re.findall(r"[0-9]{7,}", said + unquote(row.path)))


def test_the_table_is_large_and_its_names_are_its_own() -> None:
    names = [row.name for row in TABLE]
    assert len(names) >= 60
    assert len(names) == len(set(names))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_bad_request_is_refused_by_name(api: Api, prepared: dict[str, str], row: Bad) -> None:
    reply = request(api, row, prepared)
    assert (reply.status, reply.problem) == row.answer
    if row.pointers:
        assert tuple(error["pointer"] for error in reply.body["errors"]) == row.pointers
        assert all(error["detail"] for error in reply.body["errors"])
    else:
        assert "errors" not in reply.body


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_nothing_of_a_bad_request_comes_back(api: Api, prepared: dict[str, str], row: Bad) -> None:
    reply = request(api, row, prepared)
    [line] = api.log_lines
    for told in (reply.everything, unquote(reply.everything), json.dumps(line, ensure_ascii=False)):
        for hidden in (MARKER, *numbers_in(row), *prepared.values()):
            assert hidden not in told
    assert line["problem"] == row.answer[1]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_bad_request_changes_nothing(api: Api, prepared: dict[str, str], row: Bad) -> None:
    store = api.adapters.store
    sent = len(api.adapters.sender.sent)
    before = {key: value for key, value in store.rows.items() if key[0] in (Customer, Verification)}
    request(api, row, prepared)
    after = {key: value for key, value in store.rows.items() if key[0] in (Customer, Verification)}
    assert after == before
    assert len(api.adapters.sender.sent) == sent
    assert api.adapters.sealer.opened == [prepared["$customer"]]


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"client": {"ip": "fe80::1%eth0"}}, 201),
        ({"client": {"ip": "::1"}}, 201),
        ({"client": {}}, 201),
        ({"client": None, "region": None, "locale": None}, 201),
        ({"locale": "zh-Hant-TW"}, 201),
        ({"locale": "fr"}, 201),
    ],
    ids=str,
)
def test_what_is_on_the_edge_of_a_start(api: Api, members: dict[str, Any], status: int) -> None:
    assert api.start(**members).status == status


def test_a_charset_beside_the_content_type_is_accepted(api: Api) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    body = {"purpose": "signup", "phone_number": OTHER_NUMBER}
    assert api.call("POST", "/v1/verifications", body=body, headers=headers).status == 201
