"""The purge's plan and its workers, in a process that never sees app.py."""

from typing import Any

import pytest

from tests.jobs.subprocesses import run_fresh

# Three customers with numbers; the first two are closed. The handlers run 31 days later.
PRELUDE = """
    import io, json, sys
    from datetime import timedelta
    from chalicelib.bootstrap import install
    from chalicelib.domain.customer import Customer
    from chalicelib.domain.errors import Unavailable
    from chalicelib.domain.purge_run import PurgeRun
    from chalicelib.domain.verification import Verification
    from chalicelib.entrypoints.jobs import purge as job
    from chalicelib.entrypoints.jobs import purge_worker as worker
    from chalicelib.entrypoints.log import logger
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
    store = adapters.store
    written = io.StringIO()
    logger().registered_handler.setStream(written)

    def work(milliseconds):
        reports = []
        waiting, adapters.purges.waiting = adapters.purges.waiting, []
        for run_id, bucket in waiting:
            message = {"body": f"{run_id} {bucket}", "receiptHandle": "r"}
            reports.append(worker.purge_worker({"Records": [message]}, Context(milliseconds)))
        return reports

    def told(plan, reports):
        customers = [store.get(Customer, f"customer-{position}") for position in range(3)]
        print()
        print(json.dumps({
            "plan": plan,
            "reports": reports,
            "status": [customer.status for customer in customers],
            "verifications": len([1 for kind, _ in store.rows if kind is Verification]),
            "runs": [[run.id, run.complete] for run in store.history(PurgeRun, "run")],
            "waiting": len(adapters.purges.waiting),
            "letters": [[it.kind, it.key, it.reason] for it in adapters.purges.letters],
            "lines": [json.loads(line) for line in written.getvalue().splitlines()],
            "app": "app" in sys.modules,
        }))
"""


def run_purge(milliseconds: int, prepare: str = "") -> Any:
    return run_fresh(
        PRELUDE
        + prepare
        + f"""
    plan = job.purge(EVENT, Context(60_000))
    told(plan, work({milliseconds}))
    """
    )


@pytest.fixture(scope="module")
def full_run() -> Any:
    return run_purge(600_000)


def test_what_is_due_is_erased_and_nothing_else(full_run: Any) -> None:
    assert full_run["status"] == ["purged", "purged", "active"]
    assert (full_run["verifications"], full_run["app"]) == (0, False)


def test_the_plan_is_a_message_for_each_shard(full_run: Any) -> None:
    assert full_run["plan"] == {"run_id": full_run["runs"][0][0], "shards": 64}
    assert sorted(report["shard"] for report in full_run["reports"]) == [f"{each:02d}" for each in range(64)]


def test_each_shard_reports_and_the_last_one_completes_the_run(full_run: Any) -> None:
    reports = full_run["reports"]
    assert set(reports[0]) == {
        *("run_id", "shard", "outcome", "erased", "ended", "failures", "oldest_lateness_seconds", "capacity_units"),
        "run_complete",
    }
    assert {report["outcome"] for report in reports} == {"reported"}
    assert sum(report["erased"].get("account_closed", 0) for report in reports) == 2
    assert max(report["oldest_lateness_seconds"] for report in reports) == 30 * 86_400
    assert [report["run_complete"] for report in reports] == [False] * 63 + [True]
    assert full_run["runs"] == [[full_run["plan"]["run_id"], True]]


def test_the_log_has_every_report_and_no_number(full_run: Any) -> None:
    assert len(full_run["lines"]) == 65
    assert {line["level"] for line in full_run["lines"]} == {"INFO"}
    assert "13800138" not in str(full_run["lines"])
    assert "customer-" not in str(full_run["lines"])
    # What the alarm for lateness is made of.
    assert all("oldest_lateness_seconds" in line for line in full_run["lines"][1:])


@pytest.mark.parametrize("left", [20_000, 0])
def test_it_erases_nothing_when_the_time_is_up_and_puts_the_shards_back(left: int) -> None:
    ran = run_purge(left)
    assert ran["status"] == ["restricted", "restricted", "active"]
    assert {report["outcome"] for report in ran["reports"]} == {"put_back"}
    assert (ran["waiting"], ran["runs"][0][1]) == (64, False)


def test_what_fails_stays_due_is_told_as_an_error_and_stops_nothing_else() -> None:
    ran = run_purge(
        600_000,
        """
    commit = store.commit

    def failing(*writes):
        if any(getattr(getattr(write, "after", None), "id", "") == "customer-0" for write in writes):
            raise Unavailable("the store of +8613800138000")
        commit(*writes)

    store.commit = failing
    """,
    )
    assert ran["status"] == ["restricted", "purged", "active"]
    assert ran["letters"] == [["customer", "customer-0", "Unavailable"]]
    assert [line["failures"] for line in ran["lines"] if line["level"] == "ERROR"] == [{"Unavailable": 1}]
    assert "13800138" not in str(ran["lines"])
    assert ran["runs"][0][1] is True


def test_a_shard_that_cannot_be_worked_comes_again_and_says_no_number() -> None:
    ran = run_fresh(
        PRELUDE
        + """
    plan = job.purge(EVENT, Context(60_000))

    def fail(*_, **__):
        raise KeyError("+8613800138000")

    store.get = fail
    try:
        work(600_000)
    except Exception as failure:
        print(json.dumps([type(failure).__name__, str(failure), failure.__suppress_context__, written.getvalue()]))
    """
    )
    assert ran[:3] == ["Unavailable", "", True]
    assert "KeyError" in ran[3]
    assert "13800138" not in ran[3]
