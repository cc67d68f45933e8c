"""Whole local stacks for tests, each in a process, a folder and ports of its own."""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.engine import free_port
from infra.local.places import Ports

UP_WITHIN_SECONDS = 90
DOWN_WITHIN_SECONDS = 30


class Stack:
    """What `make run` starts, in this folder."""

    def __init__(self, folder: Path, ports: Ports | None = None) -> None:
        self.ports = ports or Ports(api=free_port(), desk=free_port(), engine=free_port())
        named = {name: str(port) for name, port in self.ports.named().items()}
        self.environ = {**os.environ, **named, "RINGFENCE_LOCAL_FOLDER": str(folder), "PYTHONUNBUFFERED": "1"}
        self.lines: list[str] = []
        self._heard: queue.Queue[str | None] = queue.Queue()

    def start(self) -> None:
        """It is up and has said where."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "infra.local", "run"],
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # A session of its own, so that a Ctrl-C can reach its whole group as it would in a terminal.
            start_new_session=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        while True:
            line = self._heard.get(timeout=UP_WITHIN_SECONDS)
            assert line is not None, f"the stack ended: {self.lines}"
            if line.startswith("Ctrl-C"):
                return

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """It was told to stop as a terminal would, and has; returns its exit status."""
        os.killpg(self._process.pid, number)
        return self._process.wait(DOWN_WITHIN_SECONDS)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What `python -m infra.local` says to these words, about this stack."""
        return subprocess.run(
            [sys.executable, "-m", "infra.local", *words],
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line.rstrip())
            self._heard.put(line.rstrip())
        self._heard.put(None)


@contextmanager
def running(folder: Path) -> Iterator[Stack]:
    """A stack that is up, and is stopped at the end of the block."""
    stack = Stack(folder)
    stack.start()
    try:
        yield stack
    finally:
        stack.stop()
