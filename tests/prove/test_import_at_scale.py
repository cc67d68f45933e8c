"""A million rows take the memory of ten thousand."""

import json
import subprocess
import sys
from pathlib import Path

from chalicelib.domain.import_part import MOST_ROWS
from tests.repo.sources import ROOT

MOST_MORE_KB = 8_000
# In a process of its own, whose most memory is this run's alone. What is put into the bucket is let go.
RUN = """
import resource, sys
from pathlib import Path
from chalicelib.adapters.policy_files import read_policy
from chalicelib.domain.origin import Provenance
from chalicelib.settings import PACKAGED_POLICY
from infra.officer.importing import Tally, judged, put_parts
tally = Tally()
good = judged(Path(sys.argv[1]), read_policy(PACKAGED_POLICY), tally, print)
for _ in put_parts(good, Provenance("crm", "batch-a"), lambda name, content: None, tally):
    pass
print(tally.read, tally.bad, tally.parts, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def brought(folder: Path, many: int) -> tuple[int, int]:
    """How many rows were brought into parts, and the most memory that it took, in KB."""
    file = folder / f"{many}.jsonl"
    with file.open("w", encoding="utf-8") as rows:
        for number in range(many):
            row = {"customer_id": f"old-{number:08d}-x", "phone_number": f"+8613{number:09d}", "locale": "zh-CN"}
            rows.write(f"{json.dumps(row)}\n")
    ran = subprocess.run([sys.executable, "-c", RUN, str(file)], cwd=ROOT, capture_output=True, text=True, check=True)
    read, bad, parts, most = map(int, ran.stdout.split())
    assert (bad, parts) == (0, many // MOST_ROWS)
    return read, most


def test_a_million_rows_take_the_memory_of_ten_thousand(tmp_path: Path) -> None:
    (few, before), (many, after) = (brought(tmp_path, each) for each in (10_000, 1_000_000))
    assert (few, many) == (10_000, 1_000_000)
    assert after - before < MOST_MORE_KB, (before, after)
