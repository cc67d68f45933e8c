"""What one request waits for: its AWS calls, and how many of them one after the other. CPU is in `floor.py`."""

import sys
from pathlib import Path

# The repository instead of this folder, so that `bench` and `tests` are found as packages.
sys.path.pop(0)
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.stubs.measure import on_one_core, print_table
from bench.stubs.served import FORGETFUL, STEPS, bench


def main() -> None:
    """The table is printed."""
    rows = [("request", "AWS calls", "waits", "ms until answered, 5 ms a call")]
    on_one_core()
    with bench() as made:
        for name in (*STEPS, FORGETFUL):
            seen = made.watch(made.recording.step(name))
            rows.append((name, str(seen.calls), str(len(seen.rounds)), f"{seen.milliseconds:.0f}"))
    print_table(*rows)


if __name__ == "__main__":
    main()
