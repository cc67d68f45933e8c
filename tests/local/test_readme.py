"""The README's journey in curl does what it says, to the letter."""

import re
import subprocess
import sys
from pathlib import Path

from tests.local.stacks import Stack

README = Path(__file__).parents[2] / "README.md"


def test_the_journey_in_curl_runs(tmp_path: Path) -> None:
    script = next(block for block in re.findall(r"```sh\n(.*?)```", README.read_text(), re.S) if "curl" in block)
    stack = Stack(tmp_path)
    stack.start()
    try:
        here = script.replace("127.0.0.1:8000", f"127.0.0.1:{stack.ports.api}")
        here = here.replace("127.0.0.1:8001", f"127.0.0.1:{stack.ports.desk}").replace(
            ".venv/bin/python", sys.executable
        )
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", here], env=stack.environ, capture_output=True, text=True, timeout=120
        )
    finally:
        stack.stop()
    said = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert said[0] == "verified"
    assert re.fullmatch(r"\+86\*{9}\d\d", said[1])
    assert re.fullmatch(r"Etc/GMT[+-]\d{1,2}", said[3])
    assert [said[2], *said[4:7]] == ["given", "accepted", "withdrawn", "consent_withdrawn"]
    assert said[-1] == "purged"
