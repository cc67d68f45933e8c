"""The worker of the queue, in a process that never sees app.py."""

import json
from typing import Any

from tests.jobs.subprocesses import NO_AWS, run_fresh

SECRET = "13800138000"

# PREPARE makes what waits, and leaves its ids in `ids`; EVENTS are the bodies that come, one event each.
SCRIPTED = """
    import io, json, sys
    from chalicelib.bootstrap import install
    from chalicelib.domain.errors import *
    from chalicelib.entrypoints.jobs.deliver import deliver
    from chalicelib.entrypoints.log import logger
    from tests.fakes import MemoryAdapters, bearer, caller, memory_ringfence
    from chalicelib.services.start_request import StartRequest

    adapters = MemoryAdapters()
    world = memory_ringfence(adapters)
    install(world)
    written = io.StringIO()
    adapters.sender.outcome = "throttled"
    request = StartRequest("signup", "+86SECRET", device_id="d")
    started = world.start_verification(caller(), bearer(caller()), request, None)
    adapters.sender.outcome = "accepted"
    PREPARE
    logger().registered_handler.setStream(written)

    def outcome(body):
        try:
            return deliver({"Records": [{"body": body, "receiptHandle": "r"}]}, None)
        except Exception as failure:
            return [type(failure).__name__, str(failure), failure.__suppress_context__]

    answers = [outcome(body) for body in EVENTS]
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    sent = len(adapters.sender.sent)
    print(json.dumps({"answers": answers, "lines": lines, "sent": sent, "app": "app" in sys.modules}))
"""
# Wired as Lambda wires it: by its environment and nothing else.
WIRED = """
    import json, sys
    from chalicelib.entrypoints.jobs.deliver import deliver
    before = set(sys.modules)
    try:
        deliver({"Records": [{"body": "vrf_1", "receiptHandle": "r"}]}, None)
    except Exception as failure:
        said = type(failure).__name__
    loaded = sorted(sys.modules)
    print(json.dumps({"said": said, "app": "app" in loaded, "loaded": loaded, "before": sorted(before)}))
"""


def run(events: str, prepare: str = "pass") -> Any:
    code = SCRIPTED.replace("SECRET", SECRET).replace("PREPARE", prepare).replace("EVENTS", events)
    return run_fresh(code)


def test_what_waits_is_sent_once_however_often_its_message_comes() -> None:
    ran = run("[started.id, started.id]")
    assert ran["answers"] == [{"delivery": "accepted", "told": 0}, {"delivery": None, "told": 0}]
    worked = [(line["level"], line.get("delivery")) for line in ran["lines"] if line["message"] == "worked"]
    assert worked == [("INFO", "accepted"), ("INFO", None)]
    assert ran["sent"] == 1
    assert ran["app"] is False
    assert SECRET not in json.dumps(ran["lines"])


def test_a_message_about_nothing_is_worked_off() -> None:
    ran = run(f"['vrf_never', '', 'x' * 2000, '+86{SECRET}']")
    assert ran["answers"] == [{"delivery": None, "told": 0}] * 4
    assert SECRET not in json.dumps(ran["lines"])


def test_the_text_of_a_failure_is_neither_logged_nor_raised() -> None:
    prepare = f"""
    def failing(*_):
        raise ValueError("+86{SECRET}")
    adapters.keys.secret = failing
    """
    ran = run("[started.id]", prepare.strip())
    assert ran["answers"] == [["Unavailable", "", True]]
    (line,) = ran["lines"]
    assert (line["level"], line["message"], line["error"]) == ("ERROR", "not delivered", "ValueError")
    assert line["places"]
    assert SECRET not in json.dumps(ran)
    assert ran["sent"] == 0


def test_what_aws_failed_at_is_logged() -> None:
    prepare = """
    def failing(*_):
        raise Unavailable("GenerateMac: ThrottlingException")
    adapters.keys.secret = failing
    """
    ran = run("[started.id]", prepare.strip())
    (line,) = ran["lines"]
    assert (line["error"], line["detail"]) == ("Unavailable", "GenerateMac: ThrottlingException")


def test_feedback_that_cannot_be_given_brings_the_message_back_and_not_the_sms() -> None:
    prepare = """
    def failing(message_id, *, received):
        raise Unavailable("PutMessageFeedback: ThrottlingException")
    adapters.told.tell = failing
    from datetime import timedelta
    from dataclasses import replace
    from chalicelib.domain.verification import Send, Verification
    from chalicelib.domain.writes import Replace
    row = adapters.store.get(Verification, started.id)
    told = replace(row, sends=(Send(row.started_at, "accepted", "end_user_messaging", "eum-1"),))
    adapters.store.commit(Replace(row, told))
    adapters.clock.at += timedelta(minutes=10)
    """
    ran = run("[started.id]", prepare.strip())
    assert ran["answers"] == [["Unavailable", "", True]]
    assert ran["sent"] == 0


def test_it_is_wired_from_its_environment_and_says_so_when_aws_is_not_there() -> None:
    ran = run_fresh(
        WIRED,
        **NO_AWS,
        RINGFENCE_KEY_CODE="arn:code",
        RINGFENCE_KEY_PENDING="arn:pending",
        RINGFENCE_SEND_QUEUE="http://127.0.0.1:9/queue",
    )
    assert (ran["said"], ran["app"]) == ("Unavailable", False)
    # What it should load is a matter of measure; that it needs neither of these is not.
    assert {"boto3", "pydantic", "jwt"}.isdisjoint(ran["loaded"])
    assert {"botocore", "phonenumbers"}.isdisjoint(ran["before"])
