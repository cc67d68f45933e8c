"""What one request costs beside the same AWS calls with nothing around them."""

import sys
from pathlib import Path
from statistics import median

# The repository instead of this folder, so that `bench` and `tests` are found as packages.
sys.path.pop(0)
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.stubs.measure import cpu_milliseconds, on_one_core, paired_ratio, print_table
from bench.stubs.served import STEPS, answered, bench

TARGET = 1.5


def main() -> None:
    """The table is printed."""
    rows = [
        ("request", "ours, CPU ms", "floor", "ratio", f"≤ {TARGET}", "floor in our threads", "ratio", f"≤ {TARGET}")
    ]
    on_one_core()
    with bench() as made:
        for name in STEPS:
            step = made.recording.step(name)
            rounds = made.watch(step).rounds
            with answered(made):
                made.prepare(step)
                ours, floor, threaded = cpu_milliseconds(
                    [
                        made.request(step),
                        made.bare_request(step, rounds, at_once=False),
                        made.bare_request(step, rounds, at_once=True),
                    ]
                )
            rows.append((name, f"{median(ours):.2f}", *_against(floor, ours), *_against(threaded, ours)))
    print_table(*rows)


def _against(floor: list[float], ours: list[float]) -> tuple[str, str, str]:
    ratio = paired_ratio(ours, floor)
    return f"{median(floor):.2f}", f"{ratio:.2f}", "met" if ratio <= TARGET else "missed"


if __name__ == "__main__":
    main()
