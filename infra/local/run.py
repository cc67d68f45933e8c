"""`make run`: the whole stack comes up in order, and goes down in the opposite order."""

import contextlib
import fcntl
import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from importlib import import_module
from types import FrameType

import boto3
from rich.console import Console

from chalicelib.adapters.policy_files import read_policy
from chalicelib.domain.errors import PolicyInvalid
from chalicelib.settings import PACKAGED_POLICY
from infra.local.desk import Desk, serve_desk
from infra.local.engine import Engine, EngineFailed, install_engine, start_engine
from infra.local.environment import EVENT_BUS, enter, local_environment
from infra.local.import_box import open_import_box
from infra.local.inbox import Inbox
from infra.local.ledger_stream import LedgerWorker, open_event_bus
from infra.local.places import HOST, ISSUER, LOCAL, STATE, Ports
from infra.local.provision import Drift, provision
from infra.local.replies import heard_by
from infra.local.send_queue import QueueWorker, open_send_queue
from infra.local.server import load_gateway, serve
from infra.local.tokens import open_issuer

_WHAT_LISTENS = {"PORT": "the API", "DESK_PORT": "the desk", "ENGINE_PORT": "the engine"}


class CannotRun(Exception):
    """The stack cannot come up, or stopped by itself; the text says why and what to do."""


def run(ports: Ports, console: Console) -> None:
    """The stack ran until it was told to stop, and what it knows is saved.

    Raises:
        CannotRun: a port is taken, another stack uses the state, or a part failed.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    stop = threading.Event()
    with _sole_user_of_the_state(), contextlib.ExitStack() as running:
        _refuse_taken_ports(ports)
        try:
            install_engine(console.print)
            # Only from here is there something to save: a Ctrl-C during the installation simply ends it.
            running.enter_context(_told_by_signals(stop))
            console.print("Starting the engine")
            engine = start_engine(ports.engine, STATE, is_auth_on=True)
        except EngineFailed as failure:
            raise CannotRun(str(failure)) from None
        running.callback(_stop_engine, engine, console)
        _come_up(ports, console, running)
        _say_where(ports, console)
        while not stop.wait(0.3):
            if engine.exit_status is not None:
                raise CannotRun(f"The engine died with status {engine.exit_status}.\n{engine.last_words()}")
        console.print("\nStopping")


def _come_up(ports: Ports, console: Console, running: contextlib.ExitStack) -> None:
    enter(local_environment(ports))
    try:
        read_policy(PACKAGED_POLICY)
    except PolicyInvalid as mistake:
        raise CannotRun(str(mistake)) from None
    key = open_issuer(ISSUER)
    try:
        session = boto3.Session()
        made = provision(session)
    except Drift as drift:
        raise CannotRun(
            f"{drift}.\nThe local state is older than infra/data.yaml: delete .local/state to begin again."
        ) from None
    console.print(f"Made {len(made)} tables and keys" if made else "Found the tables, keys and customers of last time")
    phone = Inbox(ports.engine_url, LOCAL / "inbox-times.json")
    phone.watch()
    running.callback(phone.stop)
    queue, imports = open_send_queue(session), open_import_box(session)
    open_event_bus(session, EVENT_BUS)
    enter({**local_environment(ports), "RINGFENCE_SEND_QUEUE": queue})
    gateway = load_gateway()
    events = LedgerWorker(session, "ringfence-ledger", import_module("chalicelib.entrypoints.jobs.announce").announce)
    events.start()
    # Stopped after whatever adds to the ledger.
    running.callback(events.stop)
    running.callback(serve(gateway, ports.api).stop)
    for url, name in ((queue, "deliver"), (imports, "import_file")):
        worker = QueueWorker(session, url, getattr(import_module(f"chalicelib.entrypoints.jobs.{name}"), name))
        worker.start()
        running.callback(worker.stop)
    hear = heard_by(import_module("chalicelib.entrypoints.jobs.inbound").inbound)
    running.callback(serve_desk(Desk(ports, key, phone, hear), ports.desk).stop)


def _stop_engine(engine: Engine, console: Console) -> None:
    if engine.exit_status is None:
        console.print(
            "Stopped: everything is saved"
            if engine.stop()
            else "[red]The engine hung and was killed: changes since it started are lost[/red]"
        )


@contextlib.contextmanager
def _told_by_signals(stop: threading.Event) -> Iterator[None]:
    def tell(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    # Held until the very end: a second Ctrl-C must not cut off the saving that the first one began.
    earlier = {number: signal.signal(number, tell) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _sole_user_of_the_state() -> Iterator[None]:
    LOCAL.mkdir(parents=True, exist_ok=True)
    with (LOCAL / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun("Another `make run` is using .local/state: stop that one first.") from None
        yield


def _refuse_taken_ports(ports: Ports) -> None:
    for variable, port in ports.named().items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                raise CannotRun(
                    f"Port {port} for {_WHAT_LISTENS[variable]} cannot be had ({os.strerror(error.errno or 0)}). "
                    f"Move it: make run {variable}={port + 10}"
                ) from None


def _say_where(ports: Ports, console: Console) -> None:
    command = ports.command
    lines = (
        "",
        "[bold]Ringfence is running[/bold]",
        "",
        f"  Desk    [bold]{ports.desk_url}[/bold]   sign up, consent, contact; a phone shows the SMS",
        f"  API     [bold]{ports.api_url}[/bold]   its contract: /openapi.json",
        f"  Page    [bold]{ports.api_url}/preferences[/bold]   customers see and change what they agreed to",
        "",
        f"  {command} journey                walks the whole journey",
        f"  {command} token --role wallet    prints a token for calls of your own",
        f"  {command} deploy                 packages and deploys here, with IAM enforced",
        "",
        "Ctrl-C saves and stops.",
    )
    # Never folded to the terminal's width: these lines are there to be copied.
    console.print("\n".join(lines), soft_wrap=True)
