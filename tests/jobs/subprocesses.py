"""Runs a piece of Python in a process of its own, as Lambda starts one."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def run_fresh(code: str, **environment: str) -> Any:
    """The last line that the code printed, read as JSON; it ran where nothing was imported before."""
    ran = subprocess.run(
        [sys.executable, "-c", dedent(code)],
        cwd=ROOT,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])
