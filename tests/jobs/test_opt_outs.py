"""The reader of the provider's opt-outs, in a process that never sees app.py."""

import json
from typing import Any

import pytest

from tests.jobs.subprocesses import run_fresh
from tests.replies import NUMBER

PRELUDE = """
    import io, json, sys
    from chalicelib.bootstrap import install
    from chalicelib.entrypoints.jobs import opt_outs as job
    from chalicelib.entrypoints.log import logger
    from tests.fakes import MemoryAdapters, memory_ringfence
    from tests.jobs.scheduled import EVENT, Context

    adapters = MemoryAdapters()
    adapters.opt_outs.lists["eu-west-1"] += NUMBERS
    install(memory_ringfence(adapters))
    written = io.StringIO()
    logger().registered_handler.setStream(written)
    report = job.opt_outs(EVENT, Context(MILLISECONDS))
    loaded = [it for it in ("app", "boto3") if it in sys.modules]
    print(json.dumps({"report": report, "log": written.getvalue().splitlines(), "loaded": loaded}))
"""


def run(milliseconds: int, *numbers: str) -> dict[str, Any]:
    code = PRELUDE.replace("MILLISECONDS", str(milliseconds)).replace("NUMBERS", repr(numbers))
    found: dict[str, Any] = run_fresh(code)
    assert found["loaded"] == []
    assert not any(number[1:] in json.dumps(found) for number in numbers)
    return found


def test_with_time_all_is_read_and_the_report_is_logged() -> None:
    ran = run(60_001, NUMBER, "+447400123457", "+447400123458")
    expected = {"listed": 3, "new": 3, "ours_only": 0, "failures": {}, "complete": True}
    assert ran["report"].items() >= expected.items()
    (line,) = map(json.loads, ran["log"])
    assert (line["level"], line["message"]) == ("INFO", "opt-outs reconciled")
    assert line.items() >= expected.items()


@pytest.mark.parametrize(("milliseconds", "numbers"), [(60_000, (NUMBER,)), (900_000, ("+9990000",))])
def test_what_was_not_looked_at_is_an_error_for_somebody_to_see(milliseconds: int, numbers: tuple[str, ...]) -> None:
    ran = run(milliseconds, *numbers)
    (line,) = map(json.loads, ran["log"])
    assert line["level"] == "ERROR"
    assert ran["report"]["new"] == 0
