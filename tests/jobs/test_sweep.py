"""The sweep's handler, in a process that never sees app.py."""

from typing import Any

import pytest

from tests.jobs.subprocesses import run_fresh

# Some keys of nobody, two hundred customers without a key, and it is noon.
PRELUDE = """
    import io, json, sys
    from chalicelib.bootstrap import install
    from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
    from chalicelib.domain.held_number import SealedNumber
    from chalicelib.entrypoints.jobs import sweep as job
    from chalicelib.entrypoints.log import logger
    from chalicelib.domain.writes import Insert
    from tests.fakes import NOON, MemoryAdapters, memory_ringfence
    from tests.jobs.scheduled import EVENT, Context

    adapters = MemoryAdapters()
    store = adapters.store
    install(memory_ringfence(adapters))
    sealed = SealedNumber("number_1", b"nonce", b"sealed-13800138000")
    for position in range(ORPHANS):
        store.commit(Insert(WrappedKey(f"nobody-{position:03d}", LEDGER_KEY, b"wrapped-13800138000")))
    for position in range(200):
        robbed = Customer(f"robbed-{position:03d}", NOON, NOON, "en", "tag", "+86*********01", "CN", sealed)
        store.commit(Insert(robbed))

    def names(kind):
        return {key[0] for which, key in store.rows if which is kind}

    before = names(WrappedKey)
    share = {kind.__name__: sorted(key[0] for key in store.share(kind, 12, 24)) for kind in (WrappedKey, Customer)}
    written = io.StringIO()
    logger().registered_handler.setStream(written)
    report = job.sweep(EVENT, Context(MILLISECONDS))
    print(json.dumps({
        "report": report,
        "share": share,
        "gone": sorted(before - names(WrappedKey)),
        "customers": len(names(Customer)),
        "log": written.getvalue().splitlines(),
        "app": "app" in sys.modules,
    }))
"""


def run_sweep(milliseconds: int, orphans: int = 200) -> Any:
    return run_fresh(PRELUDE.replace("MILLISECONDS", str(milliseconds)).replace("ORPHANS", str(orphans)))


@pytest.fixture(scope="module")
def full_run() -> Any:
    return run_sweep(900_000)


def test_the_hour_s_orphans_are_gone_and_nothing_else(full_run: Any) -> None:
    share = full_run["share"]["WrappedKey"]
    assert 0 < len(share) < 50
    assert full_run["gone"] == share
    assert full_run["customers"] == 200


def test_the_report_is_returned_and_logged(full_run: Any) -> None:
    keys, customers = (len(full_run["share"][kind]) for kind in ("WrappedKey", "Customer"))
    assert full_run["report"] == {
        "keys_seen": keys,
        "customers_seen": customers,
        "keys_removed": keys,
        "keys_held_back": 0,
        "customers_without_key": customers,
        "failures": {},
        "complete": True,
    }
    assert '"message":"swept"' in full_run["log"][-1]
    assert f'"customers_without_key":{customers}' in full_run["log"][-1]


def test_each_customer_without_a_key_is_an_error_line(full_run: Any) -> None:
    *errors, _ = full_run["log"]
    robbed = full_run["share"]["Customer"]
    assert len(errors) == len(robbed)
    for customer_id in robbed:
        [line] = [line for line in errors if customer_id in line]
        assert '"level":"ERROR"' in line
        assert '"message":"customer without key"' in line


def test_the_log_has_no_number_and_no_key(full_run: Any) -> None:
    log = "".join(full_run["log"])
    for secret in ("13800138", "+86", "wrapped", "sealed", "nobody-"):
        assert secret not in log


def test_a_whole_sweep_is_no_error(full_run: Any) -> None:
    assert '"level":"INFO"' in full_run["log"][-1]


def test_keys_that_are_held_back_are_an_error_line() -> None:
    ran = run_sweep(900_000, orphans=1000)
    held = len(ran["share"]["WrappedKey"])
    assert (ran["gone"], ran["report"]["keys_held_back"]) == ([], held)
    line = ran["log"][-1]
    assert '"message":"swept"' in line
    assert '"level":"ERROR"' in line
    assert f'"keys_held_back":{held}' in line
    assert "nobody-" not in "".join(ran["log"])


def test_app_is_never_imported(full_run: Any) -> None:
    assert full_run["app"] is False


@pytest.mark.parametrize("left", [30_000, 1])
def test_it_does_nothing_when_the_time_is_up(left: int) -> None:
    ran = run_sweep(left)
    assert (ran["gone"], ran["report"]["keys_seen"], ran["report"]["complete"]) == ([], 0, False)
