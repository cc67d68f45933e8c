"""The handler of replies, in a process that never sees app.py."""

import json
from typing import Any

import pytest

from tests.jobs.subprocesses import run_fresh
from tests.replies import NUMBER, inbound_event

# A customer of each number; a store that may fail. EVENTS go to the handler one after the other.
CODE = """
    import io, json, sys
    from chalicelib.bootstrap import install
    from chalicelib.domain.errors import Unavailable
    from chalicelib.entrypoints.jobs.inbound import inbound
    from chalicelib.entrypoints.log import logger
    from tests.services.world import World

    world = World()
    install(world.ringfence)
    for number in NUMBERS:
        customer = world.customer(number)
        world.say(customer, purpose="marketing")
    world.sender.sent.clear()
    world.later(hours=1)
    commit, tags = world.store.commit, {world.tag(number): failure for number, failure in FAILS.items()}

    def failing(*writes):
        for write in writes:
            failure = tags.get(getattr(getattr(write, "record", None), "tag", None))
            if failure:
                raise (Unavailable if failure == "Unavailable" else ValueError)("about " + NUMBERS[0])
        commit(*writes)

    world.store.commit = failing
    written = io.StringIO()
    logger().registered_handler.setStream(written)

    def handled(event):
        try:
            return inbound(event, None)
        except Exception as failure:
            return {"raised": type(failure).__name__, "text": str(failure), "from": repr(failure.__context__)}

    reports = [handled(event) for event in json.loads(EVENTS)]
    print(json.dumps({
        "reports": reports,
        "answers": len(world.sender.sent),
        "lines": [json.loads(line) for line in written.getvalue().splitlines()],
        "loaded": [it for it in ("app", "boto3") if it in sys.modules],
    }))
"""
SOON = "2026-11-21T12:30:00.000Z"
NUMBERS = [NUMBER, "+447400123457", "+447400123458"]
NOTHING = {
    "stopped": 0, "stopped_before": 0, "start": 0, "other": 0, "unreadable": 0, "failed": 0, "unavailable": 0,
    "causes": {},
}  # fmt: skip
UNHEARD = {"raised": "Unheard", "text": "", "from": "None"}


def stop(*numbers: str, text: str = "STOP") -> dict[str, Any]:
    """An event with a record for each."""
    records = [inbound_event(text, number)["Records"][0] for number in numbers]
    for record in records:
        record["Sns"]["Timestamp"] = SOON
    return {"Records": records}


def run(*events: Any, fails: dict[str, str] | None = None) -> Any:
    given = {"EVENTS": json.dumps(events), "NUMBERS": NUMBERS, "FAILS": fails or {}}
    ran = run_fresh("".join(f"    {name} = {value!r}\n" for name, value in given.items()) + CODE)
    assert ran["loaded"] == []
    said = json.dumps([ran["reports"], ran["lines"]])
    assert not any(number[1:] in said for number in NUMBERS)
    assert "secret words" not in said
    return ran


def test_all_records_of_an_event_are_heard_and_the_counts_are_logged() -> None:
    ran = run(stop(*NUMBERS), stop(NUMBERS[0]), stop(NUMBERS[1], text="start"), stop(NUMBER, text="secret words"))
    assert ran["reports"] == [
        {**NOTHING, "stopped": 3},
        {**NOTHING, "stopped_before": 1},
        {**NOTHING, "start": 1},
        {**NOTHING, "other": 1},
    ]
    assert ran["answers"] == 4
    lines = [line for line in ran["lines"] if line["message"] == "replies"]
    assert [line["level"] for line in lines] == ["INFO"] * 4
    assert lines[0]["stopped"] == 3


@pytest.mark.parametrize("event", [None, {}, [], {"Records": None}, {"Records": [7]}, {"Records": [{"Sns": {}}]}])
def test_what_is_no_event_is_counted_and_given_back(event: object) -> None:
    ran = run(event)
    assert ran["reports"] == [UNHEARD]
    (line,) = ran["lines"]
    assert (line["level"], line["unreadable"]) == ("ERROR", 1)


def test_a_bad_record_costs_no_other() -> None:
    event = stop(*NUMBERS)
    event["Records"].insert(1, {"Sns": {"Message": "secret words " + NUMBER}})
    ran = run(event, fails={NUMBERS[0]: "ValueError"})
    assert ran["reports"] == [UNHEARD]
    (line,) = ran["lines"]
    (cause,) = line["causes"]
    assert {name: line[name] for name in NOTHING if line[name]} == {
        "stopped": 2, "unreadable": 1, "failed": 1, "causes": {cause: 1}
    }  # fmt: skip
    assert cause.startswith("ValueError at ")


@pytest.mark.parametrize(("failure", "outcome"), [("Unavailable", "unavailable"), ("ValueError", "failed")])
def test_what_failed_is_given_again_and_the_rest_is_not_done_twice(failure: str, outcome: str) -> None:
    ran = run(stop(*NUMBERS), stop(*NUMBERS), fails={NUMBERS[1]: failure})
    assert ran["reports"] == [UNHEARD] * 2
    assert ran["answers"] == 2
    assert [line[outcome] for line in ran["lines"]] == [1, 1]
    assert [line["stopped"] for line in ran["lines"]] == [2, 0]
