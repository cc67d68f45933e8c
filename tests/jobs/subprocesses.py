"""Runs a piece of Python in a process of its own, as Lambda starts one."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# Of a function that is wired, and whose AWS does not answer.
NO_AWS = {
    "RINGFENCE_NAME": "ringfence",
    "RINGFENCE_TENANT": "tests",
    "RINGFENCE_JWKS_URI": "https://nowhere.example/jwks.json",
    "RINGFENCE_TOKEN_ISSUER": "x",
    "RINGFENCE_TOKEN_AUDIENCE": "x",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}


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
