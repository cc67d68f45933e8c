"""What one request costs: the processor's time, the AWS calls, and how many of them somebody waits for."""

import sys
from pathlib import Path

# Instead of this folder, where this very file would be taken for the library of the same name.
sys.path.pop(0)
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.stubs.measure import cpu_milliseconds, print_table
from bench.stubs.served import STEPS, answered, bench


def main() -> None:
    """The table is printed."""
    rows = [("request", "CPU ms", "AWS calls", "waits", "ms until answered, 5 ms a call")]
    with bench() as made:
        for name in STEPS:
            step = made.recording.step(name)
            seen = made.watch(step)
            with answered(made):
                made.prepare(step)
                (taken,) = cpu_milliseconds([made.request(step)])
            rows.append((name, f"{taken:.2f}", str(seen.calls), str(len(seen.rounds)), f"{seen.milliseconds:.0f}"))
    print_table(*rows)


if __name__ == "__main__":
    main()
