"""The purge's handler, in a process that never sees app.py."""

from typing import Any

import pytest

from tests.jobs.subprocesses import run_fresh

# Three customers with numbers; the first two are closed. The handler runs 31 days later.
PRELUDE = """
    import json, sys
    from datetime import timedelta
    from chalicelib.bootstrap import install
    from chalicelib.domain.customer import Customer
    from chalicelib.domain.purge_run import PurgeRun
    from chalicelib.domain.verification import Verification
    from chalicelib.entrypoints.jobs import purge as job
    from chalicelib.services.start_request import StartRequest
    from tests.fakes import MemoryAdapters, bearer, caller, memory_ringfence
    from tests.jobs.scheduled import EVENT, Context

    adapters = MemoryAdapters()
    ringfence = memory_ringfence(adapters)
    install(ringfence)
    wallet = caller()
    for position in range(3):
        request = StartRequest("signup", f"+861380013800{position}", ip="192.0.2.1")
        started = ringfence.start_verification(wallet, bearer(wallet), request, None)
        proved = ringfence.check_code(wallet, started.id, adapters.sender.last_code, None, None)
        ringfence.bind_customer(wallet, proved.id, f"customer-{position}", None)
    ringfence.close_customer("customer-0", None)
    ringfence.close_customer("customer-1", None)
    adapters.clock.at += timedelta(days=31)

    def told(report, context):
        customers = [adapters.store.get(Customer, f"customer-{position}") for position in range(3)]
        print()
        print(json.dumps({
            "report": report,
            "status": [customer.status for customer in customers],
            "masked": [customer.masked for customer in customers],
            "verifications": len([1 for kind, _ in adapters.store.rows if kind is Verification]),
            "runs": [run.id for run in adapters.store.history(PurgeRun, "run")],
            "asked": context.asked,
            "app": "app" in sys.modules,
        }))
"""


def run_purge(context: str) -> Any:
    return run_fresh(
        PRELUDE
        + f"""
    context = Context({context})
    told(job.purge(EVENT, context), context)
    """
    )


@pytest.fixture(scope="module")
def full_run() -> Any:
    return run_purge("900_000")


def test_what_is_due_is_erased_and_nothing_else(full_run: Any) -> None:
    assert full_run["status"] == ["purged", "purged", "active"]
    assert full_run["masked"] == [None, None, "+86*********02"]
    assert full_run["verifications"] == 0


def test_the_report_is_returned_and_kept(full_run: Any) -> None:
    report = full_run["report"]
    assert set(report) == {"run_id", "complete", "erased", "ended", "failures", "oldest_lateness_seconds"}
    assert report["complete"] is True
    assert report["erased"]["account_closed"] == 2
    assert report["failures"] == {}
    assert report["oldest_lateness_seconds"] == 30 * 86_400
    assert full_run["runs"] == [report["run_id"]]


def test_app_is_never_imported(full_run: Any) -> None:
    assert full_run["app"] is False


@pytest.mark.parametrize("left", [10_000, 1, 0])
def test_it_erases_nothing_when_the_time_is_up(left: int) -> None:
    ran = run_purge(str(left))
    assert ran["status"] == ["restricted", "restricted", "active"]
    assert ran["report"]["complete"] is False
    assert ran["report"]["erased"] == {}
    assert ran["runs"] == [ran["report"]["run_id"]]


def test_it_stops_in_the_middle_and_the_next_run_goes_on() -> None:
    ran = run_fresh(
        PRELUDE
        + """
    first = Context(10_001, 10_000)
    stopped = job.purge(EVENT, first)
    assert sum(stopped["erased"].values()) == 1, stopped
    assert not stopped["complete"]
    second = Context(900_000)
    told(job.purge(EVENT, second), second)
    """
    )
    assert ran["status"] == ["purged", "purged", "active"]
    assert ran["verifications"] == 0
    assert ran["report"]["complete"] is True
    assert len(ran["runs"]) == 2


def test_no_further_bucket_is_asked_once_the_time_is_up() -> None:
    ran = run_fresh(
        PRELUDE
        + """
    store, context = adapters.store, Context(10_000)
    due, asked_late = store.due, []

    def counted(kind, bucket, until):
        if context.asked:
            asked_late.append(bucket)
        return due(kind, bucket, until)

    store.due = counted
    job.purge(EVENT, context)
    print()
    print(json.dumps({"asked_late": len(asked_late), "asked": context.asked}))
    """
    )
    assert ran == {"asked_late": 0, "asked": 1}


def test_what_fails_stays_due_is_told_as_an_error_and_stops_nothing_else() -> None:
    ran = run_fresh(
        PRELUDE
        + """
    import io
    from chalicelib.domain.errors import Unavailable
    from chalicelib.entrypoints.log import logger

    written = io.StringIO()
    logger().registered_handler.setStream(written)

    store = adapters.store
    commit = store.commit

    def failing(*writes):
        if any(getattr(getattr(write, "after", None), "id", "") == "customer-0" for write in writes):
            raise Unavailable("the store of +8613800138000")
        commit(*writes)

    store.commit = failing
    context = Context(900_000)
    report = job.purge(EVENT, context)
    assert [json.loads(line)["level"] for line in written.getvalue().splitlines()] == ["ERROR"]
    assert "13800138000" not in written.getvalue()
    told(report, context)
    """
    )
    assert ran["status"] == ["restricted", "purged", "active"]
    assert ran["report"]["failures"] == {"Unavailable": 1}
    assert ran["report"]["complete"] is True


def test_the_log_has_the_report_and_no_number() -> None:
    ran = run_fresh(
        PRELUDE
        + """
    import io
    from chalicelib.entrypoints.log import logger

    written = io.StringIO()
    logger().registered_handler.setStream(written)
    job.purge(EVENT, Context(900_000))
    print(json.dumps(written.getvalue().splitlines()))
    """
    )
    assert len(ran) == 1
    assert '"erased":{' in ran[0].replace(" ", "")
    assert "13800138" not in ran[0]
    assert "customer-" not in ran[0]
