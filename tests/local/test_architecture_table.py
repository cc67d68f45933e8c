"""The table of AWS calls in docs/architecture.md is what the journey counts."""

import json
import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.local.stacks import Stack

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"
STEP = re.compile(r"\s*(\d+)  (.+?)\s+(\d{3})\s+[\d.]+ ms\s+(\d+) AWS")
ROW = re.compile(r"\| (\d+) \| (.+?) \| (\d{3}) \| (\d+) \|")


def test_the_page_says_what_the_journey_counts(tmp_path: Path) -> None:
    counted = count(tmp_path)
    assert len(counted) > 20
    assert [row.groups() for row in ROW.finditer(PAGE.read_text())] == counted


def count(folder: Path) -> list[tuple[str, ...]]:
    """Position, what, status and AWS calls of each step, in a process that is warm and has no busy throttle."""
    stack = Stack(folder)
    stack.start()
    try:
        derive_blinding_key(stack)
        steps = [STEP.match(line) for line in stack.command("journey").stdout.splitlines()]
    finally:
        stack.stop()
    return [step.groups() for step in steps if step]


def derive_blinding_key(stack: Stack) -> None:
    """The month's key is in the process: a caller was admitted, and then there was no such customer."""
    token = stack.command("token", "--role", "wallet").stdout.strip()
    body = json.dumps({"purpose": "step_up", "customer_id": "nobody-at-all"}).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{stack.ports.api_url}/v1/verifications", body, headers)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(request, timeout=10)
