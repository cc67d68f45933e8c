"""What it takes to purge a thousand customers, among ten thousand and among a hundred thousand."""

import sys
import tempfile
from pathlib import Path

# The repository instead of this folder, so that `bench` and `tests` are found as packages.
sys.path.pop(0)
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.stubs.measure import print_table
from bench.stubs.purge_scene import Purged, purge, scans_of_planted, seed
from infra.local.engine import temporary_engine
from tests.worlds import engine_world, issuer_in

DUE = 1_000
SIZES = (10_000, 100_000)
MOST_APART = 1.10
# A run of its own: nothing is due, so it shows what the shards alone take.
EMPTY = "nothing due"
# The calculated table: a company of this size, and how many of its customers leave in a day.
CUSTOMERS = 10_000_000
LEAVING = (0.0001, 0.001, 0.01)
WORKERS = 8


def main() -> None:
    """The tables are printed; ends with 1 if the sizes differ, if anything scans, or if a planted scan goes unseen."""
    runs: dict[str, Purged] = {}
    planted: list[str] = []
    with tempfile.TemporaryDirectory() as folder, issuer_in(Path(folder)) as issuer, temporary_engine() as endpoint:
        for size in SIZES:
            with engine_world(issuer, endpoint) as world:
                seed(world, size, DUE)
                runs[f"{size:,}".replace(",", " ")] = purge(world)
                runs[EMPTY] = purge(world)
                planted = scans_of_planted(world)
    _print_measured(runs)
    _print_calculated(runs)
    large, small = (_per_number(runs[f"{size:,}".replace(",", " ")]) for size in reversed(SIZES))
    apart = [max(one, other) / min(one, other) for one, other in zip(large, small, strict=True)]
    # Time is told and not judged: it is the machine's, and the engine's.
    faults = [
        *([f"the sizes are {max(apart[:2]):.2f} apart"] if max(apart[:2]) > MOST_APART else []),
        *[f"{name}: {len(run.calls.scans)} reads of all there is" for name, run in runs.items() if run.calls.scans],
        *([] if planted else ["a planted scan was not seen"]),
        *[f"{name}: {run.run}" for name, run in runs.items() if run.run.failures or not run.run.complete],
    ]
    print(f"\nA planted scan-and-filter is seen: {', '.join(sorted(set(planted)))}.")
    if faults:
        sys.exit("\n".join(faults))


def _print_measured(runs: dict[str, Purged]) -> None:
    rows: list[tuple[str, ...]] = [
        ("customers", "purged", "calls", "capacity units", "s", "calls each", "units each", "ms each")
    ]
    for name, purged in runs.items():
        gone = sum(purged.run.erased.values())
        of_each = [f"{each:.2f}" for each in _per_number(purged)] if gone else ["", "", ""]
        figures = (str(purged.calls.count), f"{_units(purged):.0f}", f"{purged.seconds:.1f}")
        rows.append((name, str(gone), *figures, *of_each))
    print_table(*rows)


def _print_calculated(runs: dict[str, Purged]) -> None:
    """10 000 000 customers, from what a number takes and what the shards of a run do."""
    purged = runs[f"{SIZES[-1]:,}".replace(",", " ")]
    empty = runs[EMPTY]
    own_units = (_units(purged) - _units(empty)) / DUE
    own_seconds = (purged.seconds - empty.seconds) / DUE
    head = ("leave in a day", "purged in a run", "units a day", f"minutes, {WORKERS} workers")
    rows: list[tuple[str, ...]] = [head]
    for share in LEAVING:
        daily = CUSTOMERS * share
        units = daily * own_units + 24 * _units(empty)
        minutes = daily / 24 * own_seconds / WORKERS / 60
        cells = (f"{daily:,.0f}", f"{daily / 24:,.0f}", f"{units:,.0f}")
        rows.append((*(cell.replace(",", " ") for cell in cells), f"{minutes:.1f}"))
    print()
    print_table(*rows)


def _units(purged: Purged) -> float:
    return purged.run.capacity_half_units / 2


def _per_number(purged: Purged) -> tuple[float, float, float]:
    gone = sum(purged.run.erased.values())
    return purged.calls.count / gone, _units(purged) / gone, 1000 * purged.seconds / gone


if __name__ == "__main__":
    main()
