"""The count of rights requests, in a process that never sees app.py."""

from typing import Any

import pytest

from tests.jobs.subprocesses import run_fresh

# Three requests that wait; the first came LATE days ago, the second is due in three days.
PRELUDE = """
    import io, json, sys
    from datetime import timedelta
    from chalicelib.bootstrap import install
    from chalicelib.domain.rights import received
    from chalicelib.domain.writes import Insert
    from chalicelib.entrypoints.jobs import rights as job
    from chalicelib.entrypoints.log import logger
    from tests.domain.samples import RULEBOOK, a_customer
    from tests.fakes import NOON, MemoryAdapters, caller, memory_ringfence
    from tests.jobs.scheduled import EVENT, Context

    adapters = MemoryAdapters()
    install(memory_ringfence(adapters))
    for days in (LATE, 28, 0):
        at = NOON - timedelta(days=days)
        request = received(a_customer(), "correction", "a wrong zone", caller("officer"), at, RULEBOOK)
        adapters.store.commit(Insert(request))
    written = io.StringIO()
    logger().registered_handler.setStream(written)
    report = job.rights(EVENT, Context(30_000))
    print(json.dumps({"report": report, "log": written.getvalue().splitlines(), "app": "app" in sys.modules}))
"""


def run_rights(late: int) -> Any:
    return run_fresh(PRELUDE.replace("LATE", str(late)))


@pytest.fixture(scope="module")
def late_run() -> Any:
    return run_rights(40)


def test_figures_are_returned_and_logged_and_nothing_else(late_run: Any) -> None:
    assert late_run["report"] == {"overdue": 1, "due_soon": 1}
    (line,) = late_run["log"]
    assert '"message":"rights requests"' in line
    assert '"overdue":1' in line
    assert '"due_soon":1' in line
    for told in ("cus_", "rr_", "wrong zone"):
        assert told not in line


def test_what_is_late_is_an_error_line(late_run: Any) -> None:
    assert '"level":"ERROR"' in late_run["log"][0]


def test_what_is_only_due_soon_is_none() -> None:
    ran = run_rights(29)
    assert ran["report"] == {"overdue": 0, "due_soon": 2}
    assert '"level":"INFO"' in ran["log"][0]


def test_app_is_never_imported(late_run: Any) -> None:
    assert late_run["app"] is False
