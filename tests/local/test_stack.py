"""`make run` brings everything up, keeps what it knew, and says plainly why it cannot."""

import json
import re
import signal
import socket
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.engine import free_port
from infra.local.places import Ports
from tests.local.stacks import Stack


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path)
    stack.start()
    yield stack
    stack.stop()


def ask(url: str, token: str | None = None) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
        return json.load(answer)


def test_the_whole_journey_keeps_the_contract(stack: Stack) -> None:
    done = stack.command("journey")
    assert done.returncode == 0, done.stdout + done.stderr
    steps = [line for line in done.stdout.splitlines() if re.search(r" ms +\d+ AWS$", line)]
    assert len(steps) >= 26
    assert "steps are as the contract says" in done.stdout


def test_a_journey_elsewhere_leaves_the_clock_alone(stack: Stack) -> None:
    done = stack.command("journey", "--base-url", f"http://localhost:{stack.ports.api}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the purge is skipped" in done.stdout


def test_a_journey_to_nobody_fails(stack: Stack) -> None:
    done = stack.command("journey", "--base-url", f"http://127.0.0.1:{free_port()}")
    assert done.returncode == 1
    assert "is `make run` up" in done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_run_finds_what_the_first_one_knew(tmp_path: Path, number: signal.Signals) -> None:
    first = Stack(tmp_path)
    first.start()
    try:
        assert first.command("journey", "--base-url", f"http://localhost:{first.ports.api}").returncode == 0
        before = ask(f"{first.ports.desk_url}/inbox.json")
        officer = first.command("token", "--role", "officer").stdout.strip()
        assert first.command("job", "purge").returncode == 0
        runs = ask(f"{first.ports.api_url}/v1/purge-runs", officer)
    finally:
        assert first.stop(number) == 0
    assert first.lines[-1] == "Stopped: everything is saved"
    for port in first.ports.named().values():
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 1)
    second = Stack(tmp_path, first.ports)
    second.start()
    try:
        assert "Found the tables, keys and customers of last time" in second.lines
        assert len(before) == 3
        assert ask(f"{second.ports.desk_url}/inbox.json") == before
        # The same token: the issuer's key outlived the stack too.
        assert ask(f"{second.ports.api_url}/v1/purge-runs", officer) == runs
    finally:
        second.stop()


def test_two_stacks_never_share_a_state(stack: Stack, tmp_path: Path) -> None:
    done = Stack(tmp_path).command("run")
    assert done.returncode == 1
    assert "stop that one first" in done.stderr


@pytest.mark.parametrize("variable", ["PORT", "DESK_PORT", "ENGINE_PORT"])
def test_a_busy_port_is_named_with_the_variable_that_moves_it(tmp_path: Path, variable: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        stack = Stack(tmp_path)
        stack.environ[variable] = str(port)
        done = stack.command("run")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert f"Port {port} " in done.stderr
    assert f"make run {variable}=" in done.stderr


def test_a_port_that_is_none_is_named(tmp_path: Path) -> None:
    stack = Stack(tmp_path, Ports())
    stack.environ["DESK_PORT"] = "eighty"
    done = stack.command("run")
    assert (done.returncode, done.stderr) == (1, "DESK_PORT must be a port number from 1 to 65535\n")


def test_an_unknown_job_lists_the_known_ones(tmp_path: Path) -> None:
    done = Stack(tmp_path).command("job", "tidy")
    assert done.returncode == 1
    assert "Known: purge" in done.stderr


@pytest.mark.parametrize("instant", ["tomorrow", "2026-12-31T00:00:00"])
def test_an_instant_without_an_offset_is_refused(tmp_path: Path, instant: str) -> None:
    done = Stack(tmp_path).command("job", "purge", "--at", instant)
    assert done.returncode == 1
    assert "RFC 3339" in done.stderr
