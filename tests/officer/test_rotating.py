"""The officer's commands that rotate keys, against the real function and the real tables."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from chalicelib.adapters.key_ring import KeyRing
from chalicelib.adapters.kms_data_keys import KmsDataKeys
from chalicelib.adapters.kms_numbers import FIELD, KmsNumberOpener
from chalicelib.bootstrap import install
from chalicelib.domain.customer import WrappedKey
from chalicelib.entrypoints.jobs.retag import retag
from infra.officer.commands import commands
from infra.officer.rotating import Retagging
from tests.jobs.scheduled import Context
from tests.services.replying import reply
from tests.services.rotating import USED, step
from tests.services.world import OTHER_NUMBER, World
from tests.worlds import World as AwsWorld
from tests.worlds import fresh_number, set_environment

# The functions log in this process, where the commands have a terminal of their own.
pytestmark = pytest.mark.usefixtures("log")
FUNCTION = "ringfence-Retag-1A2B"
NOTHING: dict[str, Any] = {
    "seen": 0,
    "retagged": 0,
    "former": {"customers": {}, "holders": {}, "verifications": {}, "suppressions": {}},
    "until": None,
    "failures": {},
    "complete": True,
}


@contextmanager
def invokable(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> Iterator[str]:
    """The address of Lambda, where this function gives these answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == f"/2015-03-31/functions/{FUNCTION}/invocations"
            event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(answer(event)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def retagged(monkeypatch: pytest.MonkeyPatch, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> tuple[int, str]:
    """How the command ended, and what it said after the shares."""
    with invokable(answer) as endpoint:
        set_environment(monkeypatch, endpoint)
        ran = CliRunner(env={"COLUMNS": "200"}).invoke(commands, ["retag", FUNCTION])
    assert isinstance(ran.exception, SystemExit | None)
    lines = ran.output.splitlines()
    assert all(line.startswith(f"share {which}: ") for which, line in enumerate(lines[:24], 1))
    return ran.exit_code, "\n".join(lines[24:])


def handled(event: dict[str, Any]) -> dict[str, Any]:
    return retag(event, Context(900_000))  # type: ignore[no-any-return]


def test_it_ends_with_0_when_nothing_needs_the_former_key_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    install(world.ringfence)
    world.customer()
    world.close(world.customer(OTHER_NUMBER))
    step(world, USED)
    code, said = retagged(monkeypatch, handled)
    assert (code, said.splitlines()[0]) == (1, "2 customers re-tagged, 0 shares unfinished")
    left = "2 verifications under 1: until 2026-11-22T12:00:00+00:00\nkeep every key"
    assert retagged(monkeypatch, handled) == (1, f"0 customers re-tagged, 0 shares unfinished\n{left}")
    world.later(days=3)
    over = "0 customers re-tagged, 0 shares unfinished\nnothing needs a former key"
    # The purge may be late, and nothing under its tag is any good.
    world.purge()
    assert retagged(monkeypatch, handled) == (0, over)


def test_a_no_of_nobody_s_keeps_the_key_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    install(world.ringfence)
    reply(world)
    step(world, USED)
    code, said = retagged(monkeypatch, handled)
    assert code == 1
    assert "1 suppressions under 1: for good, unless a customer gets the number" in said


@pytest.mark.parametrize(
    "change",
    [
        {"retagged": 1},
        {"complete": False},
        {"failures": {"Unavailable": 1}},
        *({"former": {**NOTHING["former"], kind: {"1": 1}}} for kind in NOTHING["former"]),
    ],
)
def test_whatever_one_share_has_left_keeps_the_key(change: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    last = {**NOTHING, **change}
    assert retagged(monkeypatch, lambda event: last if event["share"] == 23 else NOTHING)[0] == 1
    assert retagged(monkeypatch, lambda _: NOTHING)[0] == 0


def test_a_share_that_died_keeps_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    died = {"errorMessage": "Task timed out after 900.00 seconds"}
    code, said = retagged(monkeypatch, lambda event: died if event["share"] == 5 else NOTHING)
    assert (code, said) == (1, "0 customers re-tagged, 1 shares unfinished\nkeep every key")


def test_the_last_verification_of_all_shares_says_until_when() -> None:
    one, other = ({**NOTHING, "until": f"2026-11-2{day}T12:00:00+00:00"} for day in (3, 2))
    assert Retagging.of([NOTHING, one, other]).until == "2026-11-23T12:00:00+00:00"


def rewrapped(world: AwsWorld, number_keys: str, ledger_keys: str) -> tuple[int, str]:
    words = ["--number-keys", number_keys, "--ledger-keys", ledger_keys, "--name", world.name]
    ran = CliRunner(env={"COLUMNS": "200"}).invoke(commands, ["rewrap", *words])
    assert isinstance(ran.exception, SystemExit | None)
    return ran.exit_code, ran.output.splitlines()[-1]


def test_every_data_key_of_the_tables_moves(moto: AwsWorld) -> None:
    customers = [moto.customer(fresh_number()) for _ in range(2)]
    kms = boto3.client("kms")
    new = str(kms.create_key()["KeyMetadata"]["Arn"])

    def arn(key: str) -> str:
        return str(kms.describe_key(KeyId=f"alias/{moto.name}-{key}")["KeyMetadata"]["Arn"])

    number, ledger = arn("number"), arn("ledger")
    assert rewrapped(moto, f"{new} {number}", ledger) == (0, "2 data keys moved; 0 shares unfinished")
    assert rewrapped(moto, f"{new} {number}", ledger) == (0, "0 data keys moved; 0 shares unfinished")
    # The key before can go.
    opener = KmsNumberOpener(KmsDataKeys(KeyRing((new,)), FIELD))
    for customer in customers:
        assert customer.number is not None
        key = moto.store.get(WrappedKey, customer.id, customer.number.key_id)
        assert key is not None
        assert opener.open(customer.id, customer.number, key).number.masked == customer.masked
    # What KMS does not move is not called done.
    code, said = rewrapped(moto, f"{number[:-4]}none {new}", ledger)
    assert code == 1
    assert said.startswith("0 data keys moved; ")
