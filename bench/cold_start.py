"""What a fresh process costs until its first answer, beside one that only makes the same clients."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

# The repository instead of this folder, so that `bench` and `tests` are found as packages.
sys.path.pop(0)
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.stubs.application import Recording
from bench.stubs.fresh_process import HANDLERS
from bench.stubs.measure import on_one_core, paired_ratio, print_table
from bench.stubs.record import ROOT, recording

TARGET = 1.4
RUNS = 9

Cost = tuple[float, float, float]


def main() -> None:
    """The table is printed."""
    on_one_core()
    rows: list[tuple[str, ...]] = [("process", "CPU ms", "wall ms", "RSS MB", "CPU ratio", f"≤ {TARGET}")]
    with recording() as recorded, tempfile.TemporaryDirectory() as bytecode:
        # Of its own, so that none is missing or stale whatever the environment says of writing it.
        os.environ["PYTHONPYCACHEPREFIX"] = bytecode
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        for function, (*_, step) in HANDLERS.items():
            services = recorded.step(step).services
            ours, clients = _pairs(function, recorded, ",".join(services))
            # Beside a process that makes no client there is nothing to be measured by.
            ratio = paired_ratio([cpu for cpu, *_ in ours], [cpu for cpu, *_ in clients])
            verdict = (f"{ratio:.2f}", "met" if ratio <= TARGET else "missed") if services else ("–", "–")
            rows.append((f"{function}, first answer", *_shown(ours), *verdict))
            beside = f"only clients: {', '.join(services)}" if services else "no client: bare Python"
            rows.append((beside, *_shown(clients), "", ""))
    print_table(*rows)


def _pairs(function: str, recorded: Recording, services: str) -> tuple[list[Cost], list[Cost]]:
    """Whole processes that took turns; the first of each only made bytecode and warmed the disk, and is left out."""
    pairs = [(_run(function, recorded.file), _run("clients", services)) for _ in range(RUNS + 1)][1:]
    return [ours for ours, _ in pairs], [clients for _, clients in pairs]


def _run(*arguments: str) -> Cost:
    command = [sys.executable, "-m", "bench.stubs.fresh_process", *arguments, str(time.monotonic())]
    ran = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    cpu, wall, megabytes = ran.stdout.splitlines()[-1].split()
    return float(cpu), float(wall), float(megabytes)


def _shown(costs: list[Cost]) -> tuple[str, ...]:
    return tuple(f"{median(each):.0f}" for each in zip(*costs, strict=True))


if __name__ == "__main__":
    main()
