"""The engine: AWS as one local process, in a virtual environment of its own because it pins an older botocore."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from infra.local.places import ENGINE_LOG, ENGINE_VENV, HOST

REQUIREMENTS = Path(__file__).with_name("engine-requirements.txt")
CHILD = Path(__file__).with_name("engine_child.py")
READY_PATH = "/_ministack/health"
READY_WITHIN_SECONDS = 30
# Long enough to write a large state folder; after that the engine is hung and only a kill is left.
STOP_WITHIN_SECONDS = 30


class EngineFailed(Exception):
    """The engine could not be installed, started or kept running; the text says what to do."""


class Engine:
    """One running engine. Made by `start_engine`; whoever starts it stops it."""

    def __init__(self, child: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self._child = child
        self._log = log
        self.endpoint = f"http://{HOST}:{port}"

    @property
    def exit_status(self) -> int | None:
        """None while it runs."""
        return self._child.poll()

    def is_ready(self) -> bool:
        """Whether this engine answers, and not another one that holds the same port."""
        if f"Running on {self.endpoint} " not in self._log.read_text(errors="replace"):
            return False
        try:
            with urllib.request.urlopen(self.endpoint + READY_PATH, timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def last_words(self) -> str:
        """The end of its log, for a message about its death."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-8:])

    def stop(self) -> bool:
        """The engine has ended; True if it ended by itself and so saved its state."""
        if self._child.poll() is not None:
            return False
        self._child.send_signal(signal.SIGTERM)
        try:
            self._child.wait(STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
            return False
        finally:
            if self._child.stdin is not None:
                self._child.stdin.close()
        return True


def start_engine(port: int, state: Path, *, log: Path = ENGINE_LOG, is_auth_on: bool = False) -> Engine:
    """An engine answers on the port, with the state that an earlier one left in the folder.

    Raises:
        EngineFailed: it ended or did not answer in time; the text ends with its last words.
    """
    state.mkdir(parents=True, exist_ok=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        child = subprocess.Popen(
            [str(_python()), str(CHILD)],
            env=_engine_environment(port, state, is_auth_on),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            # In a session of its own: a Ctrl-C in the terminal is for the launcher, which then stops it in order.
            start_new_session=True,
        )
    engine = Engine(child, port, log)
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while not engine.is_ready():
        if engine.exit_status is not None:
            raise EngineFailed(f"The engine ended with status {engine.exit_status}.\n{engine.last_words()}")
        if time.monotonic() > deadline:
            engine.stop()
            raise EngineFailed(f"The engine did not answer within {READY_WITHIN_SECONDS} s.\n{engine.last_words()}")
        time.sleep(0.05)
    return engine


@contextlib.contextmanager
def temporary_engine(*, is_auth_on: bool = False) -> Iterator[str]:
    """Yields the address of a fresh engine on a free port; afterwards the engine and its state are gone."""
    install_engine(print)
    folder = Path(tempfile.mkdtemp(prefix="ringfence-engine-"))
    try:
        engine = start_engine(free_port(), folder / "state", log=folder / "engine.log", is_auth_on=is_auth_on)
        try:
            yield engine.endpoint
        finally:
            engine.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def install_engine(say: Callable[[str], None]) -> None:
    """The engine's environment holds exactly the pinned packages, whoever else is installing it at this moment.

    Raises:
        EngineFailed: Python cannot make virtual environments here, or pip failed.
    """
    stamp = ENGINE_VENV / "installed"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    ENGINE_VENV.parent.mkdir(exist_ok=True)
    with (ENGINE_VENV.parent / "engine.lock").open("w") as lock:
        _wait_for(lock)
        if stamp.exists() and stamp.read_text() == wanted:
            return
        say("Installing the engine into .local/engine (once, about half a minute)")
        shutil.rmtree(ENGINE_VENV, ignore_errors=True)
        _checked(
            [sys.executable, "-m", "venv", str(ENGINE_VENV)],
            "Python cannot make virtual environments here. On Debian or Ubuntu: apt-get install python3-venv",
        )
        _checked(
            [str(_python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(REQUIREMENTS)],
            "pip could not install the engine. Is the package index within reach?",
        )
        stamp.write_text(wanted)


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _python() -> Path:
    return ENGINE_VENV / "bin" / "python"


def _engine_environment(port: int, state: Path, is_auth_on: bool) -> dict[str, str]:
    # The shell's AWS settings and PYTHONPATH are none of the engine's business.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTHON", "VIRTUAL_ENV"))}
    return inherited | {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": "eu-west-1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state / "s3"),
        "AUTH": "true" if is_auth_on else "false",
    }


def _wait_for(lock: IO[str]) -> None:
    fcntl.flock(lock, fcntl.LOCK_EX)


def _checked(command: list[str], advice: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise EngineFailed(f"{advice}\n{(done.stderr or done.stdout).strip()[-800:]}")
