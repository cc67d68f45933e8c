"""The re-tagging's handler, in a process that never sees app.py."""

from typing import Any

import pytest

from tests.jobs.subprocesses import run_fresh

# A customer, one who is restricted, and a number of nobody's that said no; then another key is in use.
PRELUDE = """
    import io, json, sys
    from chalicelib.bootstrap import install
    from chalicelib.domain.customer import Customer, TagHolder
    from chalicelib.entrypoints.jobs import retag as job
    from chalicelib.entrypoints.log import logger
    from tests.jobs.scheduled import Context
    from tests.services.replying import reply
    from tests.services.rotating import USED, step
    from tests.services.world import OTHER_NUMBER, World

    world = World()
    install(world.ringfence)
    world.customer()
    world.close(world.customer(OTHER_NUMBER))
    reply(world, number="+447400123499")
    step(world, USED)
    if BROKEN:
        world.adapters.sealer.open = None
    written = io.StringIO()
    logger().registered_handler.setStream(written)
    reports = [job.retag({"share": share}, Context(MILLISECONDS)) for share in range(24)]
    print(json.dumps({
        "reports": reports,
        "tags": sorted(head.tag[0] for head in world.rows(Customer)),
        "holders": [row.tag[0] for row in world.rows(TagHolder)],
        "log": written.getvalue().splitlines(),
        "app": "app" in sys.modules,
    }))
"""


def run(milliseconds: int = 900_000, *, broken: bool = False) -> Any:
    return run_fresh(PRELUDE.replace("MILLISECONDS", str(milliseconds)).replace("BROKEN", str(broken)))


@pytest.fixture(scope="module")
def whole() -> Any:
    return run()


def total(ran: Any, kind: str) -> int:
    return sum(sum(report["former"][kind].values()) for report in ran["reports"])


def test_every_customer_has_the_tag_in_use(whole: Any) -> None:
    assert (whole["tags"], whole["holders"]) == (["2", "2"], ["2"])
    assert sum(report["retagged"] for report in whole["reports"]) == 2


def test_each_share_reports_what_is_left_and_until_when(whole: Any) -> None:
    assert all(report["complete"] and report["failures"] == {} for report in whole["reports"])
    assert (total(whole, "verifications"), total(whole, "suppressions"), total(whole, "customers")) == (2, 1, 0)
    assert {report["until"] for report in whole["reports"]} >= {None, "2026-11-22T12:00:00+00:00"}


def test_each_share_is_logged_without_a_number_or_a_tag(whole: Any) -> None:
    assert len(whole["log"]) == 24
    assert all('"message":"retagged"' in line and '"level":"INFO"' in line for line in whole["log"])
    for secret in ("+44", "+86", "7400123456", "13123456789", "cus_"):
        assert secret not in "".join(whole["log"])


def test_app_is_never_imported(whole: Any) -> None:
    assert whole["app"] is False


def test_a_number_that_does_not_open_is_an_error_line() -> None:
    ran = run(broken=True)
    assert ran["tags"] == ["1", "1"]
    assert sum(report["failures"].get("TypeError", 0) for report in ran["reports"]) == 2
    assert any('"level":"ERROR"' in line and '"TypeError":' in line for line in ran["log"])


@pytest.mark.parametrize("left", [30_000, 1])
def test_it_begins_nothing_when_the_time_is_up(left: int) -> None:
    ran = run(left)
    assert ran["tags"] == ["1", "1"]
    assert not all(report["complete"] for report in ran["reports"])
