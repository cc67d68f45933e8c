"""The anchor's handler, in a process that never sees app.py."""

import json
from typing import Any

import pytest

from tests.jobs.subprocesses import run_fresh

# Seven hours have closed since the only anchor.
PRELUDE = """
    import io, json, sys
    from datetime import timedelta
    from chalicelib.bootstrap import install
    from chalicelib.entrypoints.jobs import anchor as job
    from chalicelib.entrypoints.log import logger
    from tests.fakes import MemoryAdapters, memory_ringfence
    from tests.jobs.scheduled import EVENT, Context

    adapters = MemoryAdapters()
    install(memory_ringfence(adapters))
    job.anchor(EVENT, Context(900_000))
    adapters.clock.at += timedelta(hours=7)
    written = io.StringIO()
    logger().registered_handler.setStream(written)
    report = job.anchor(EVENT, Context(MILLISECONDS))
    print(json.dumps({"report": report, "log": written.getvalue().splitlines(), "app": "app" in sys.modules}))
"""


def run(milliseconds: int) -> dict[str, Any]:
    found: dict[str, Any] = run_fresh(PRELUDE.replace("MILLISECONDS", str(milliseconds)))
    return found


@pytest.mark.parametrize("milliseconds", [900_000, 120_001])
def test_with_time_every_hour_is_anchored_and_the_report_is_logged(milliseconds: int) -> None:
    ran = run(milliseconds)
    expected = {"anchors": 7, "heads": 0, "sequence": 8, "covers_until": "2026-11-21T19:00:00+00:00", "complete": True}
    assert ran["report"] == expected
    (line,) = map(json.loads, ran["log"])
    assert (line["level"], line["message"]) == ("INFO", "anchored")
    assert line.items() >= expected.items()
    assert not ran["app"]


def test_without_time_the_rest_is_an_error_for_somebody_to_see() -> None:
    ran = run(120_000)
    assert (ran["report"]["anchors"], ran["report"]["complete"]) == (0, False)
    (line,) = map(json.loads, ran["log"])
    assert line["level"] == "ERROR"
