"""The engine keeps what it was told, however its launcher ends."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from infra.local.engine import EngineFailed, free_port, install_engine, start_engine
from tests.local.stand_ins import a_session


@pytest.fixture(autouse=True)
def installed() -> None:
    install_engine(print)


def table_names(endpoint: str) -> list[str]:
    return a_session().client("dynamodb", endpoint_url=endpoint).list_tables()["TableNames"]


def make_table(endpoint: str) -> None:
    a_session().client("dynamodb", endpoint_url=endpoint).create_table(
        TableName="kept",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )


def test_a_stopped_engine_finds_its_state_again(tmp_path: Path) -> None:
    engine = start_engine(free_port(), tmp_path / "state", log=tmp_path / "log")
    make_table(engine.endpoint)
    assert engine.stop()
    again = start_engine(free_port(), tmp_path / "state", log=tmp_path / "log")
    try:
        assert table_names(again.endpoint) == ["kept"]
    finally:
        again.stop()


def test_a_killed_launcher_loses_nothing_and_leaves_no_engine(tmp_path: Path) -> None:
    script = textwrap.dedent(f"""
        import time
        from pathlib import Path
        from infra.local.engine import free_port, start_engine
        engine = start_engine(free_port(), Path({str(tmp_path / "state")!r}), log=Path({str(tmp_path / "log")!r}))
        print(engine.endpoint, flush=True)
        time.sleep(60)
    """)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout is not None
        endpoint = launcher.stdout.readline().strip()
        make_table(endpoint)
        os.kill(launcher.pid, signal.SIGKILL)
    deadline = time.monotonic() + 15
    while (tmp_path / "log").read_text().count("shutting down") == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    again = start_engine(free_port(), tmp_path / "state", log=tmp_path / "log2")
    try:
        assert table_names(again.endpoint) == ["kept"]
    finally:
        again.stop()


def test_a_port_that_another_engine_holds_is_no_success(tmp_path: Path) -> None:
    engine = start_engine(free_port(), tmp_path / "state", log=tmp_path / "log")
    try:
        taken = int(engine.endpoint.rpartition(":")[2])
        with pytest.raises(EngineFailed, match="already in use"):
            start_engine(taken, tmp_path / "other", log=tmp_path / "other-log")
    finally:
        engine.stop()


def test_it_listens_on_the_loopback_address_only(tmp_path: Path) -> None:
    engine = start_engine(free_port(), tmp_path / "state", log=tmp_path / "log")
    try:
        port = int(engine.endpoint.rpartition(":")[2])
        listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if " 0A " in line]
        assert [address for address in listening if address.endswith(f":{port:04X}")] == [f"0100007F:{port:04X}"]
    finally:
        engine.stop()
