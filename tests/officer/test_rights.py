"""The officer's list of what customers wait for."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from infra.officer.commands import commands
from infra.officer.rights_requests import NotRightsRequests, waiting
from tests.officer.test_unreadable_api import TOKEN, answer, answering

NOW = datetime.now(UTC)


def a_page(*days: int, cursor: str | None = None) -> str:
    rows = [
        {
            "request_id": f"rr_{day}",
            "customer_id": "customer-one",
            "kind": "correction",
            "status": "open",
            "due_at": (NOW + timedelta(days=day)).isoformat(),
        }
        for day in days
    ]
    return json.dumps({"rights_requests": rows, "next_cursor": cursor})


def listed(body: str, columns: int = 200) -> tuple[int, str]:
    with answering(answer(body.encode())) as api:
        ran = CliRunner(env={"COLUMNS": str(columns)}).invoke(commands, ["rights", "--api", api, "--token", TOKEN])
    return ran.exit_code, ran.output


def test_every_page_is_read_and_the_most_urgent_comes_first() -> None:
    pages = {
        "/v1/rights-requests": a_page(5, 2, cursor="a|b"),
        "/v1/rights-requests?cursor=a%7Cb": a_page(2, 1),
    }
    assert [it.request_id for it in waiting(pages.__getitem__)] == ["rr_1", "rr_2", "rr_5"]


def test_who_is_late_ends_with_1() -> None:
    code, said = listed(a_page(3, -1))
    assert code == 1
    lines = [line for line in said.splitlines() if "rr_" in line]
    assert ["late" in line for line in lines] == [True, False]


@pytest.mark.parametrize("days", [(), (1, 2)])
def test_who_is_in_time_ends_with_0(days: tuple[int, ...]) -> None:
    code, said = listed(a_page(*days))
    assert (code, said.count("rr_")) == (0, len(days))


@pytest.mark.parametrize("body", ["{}", "[]", "nothing", '{"rights_requests": [{}], "next_cursor": null}'])
def test_what_is_not_the_api_is_named(body: str) -> None:
    with pytest.raises(NotRightsRequests):
        waiting(lambda _: body)
    assert listed(body)[0] == 2
