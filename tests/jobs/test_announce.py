"""The function that tells of consent events, in a process that never sees app.py, and wherever that process ends."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from chalicelib.bootstrap import install
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.ports import Said
from tests.jobs.ledger_stream import hand_over, kill_everywhere, records
from tests.jobs.subprocesses import NO_AWS, run_fresh
from tests.services.world import World

# SCRIPT is done in a world with a customer of three events, whose stream is `batch`.
SCRIPTED = """
    import io, json, sys
    from chalicelib.bootstrap import install
    from chalicelib.domain.errors import Unavailable
    from chalicelib.domain.customer import LEDGER_KEY, WrappedKey
    from chalicelib.domain.ledger import LedgerEvent, position
    from chalicelib.domain.writes import Remove
    from chalicelib.entrypoints.jobs.announce import announce
    from chalicelib.entrypoints.log import logger
    from tests.jobs.ledger_stream import hand_over, record, records
    from tests.services.world import World

    world = World()
    customer = world.customer()
    for decision in ("given", "withdrawn", "given"):
        world.say(customer, decision)
    batch = records(world)
    install(world.ringfence)
    written = io.StringIO()
    logger().registered_handler.setStream(written)
    SCRIPT
    answer = announce({"Records": batch}, None)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    told = [[each.sequence, each.name] for each in world.adapters.bus.told if each.name != "CustomerEnding"]
    print(json.dumps({"answer": answer, "lines": lines, "told": told, "app": "app" in sys.modules}))
"""
# Wired as Lambda wires it: by its environment and nothing else.
WIRED = """
    import json, sys
    from chalicelib.entrypoints.jobs.announce import announce
    before = set(sys.modules)
    from tests.jobs.ledger_stream import record
    answer = announce({"Records": [record("cus_00000001", 1, 7), record("cus_00000001", 2, 8)]}, None)
    loaded = sorted(sys.modules)
    print(json.dumps({"answer": answer, "app": "app" in loaded, "before": sorted(before)}))
"""
# The bus outlives the process, which dies behind the first of three events.
DEATH = """
    import json, os
    from pathlib import Path
    from chalicelib.bootstrap import install
    from tests.jobs.ledger_stream import hand_over, records
    from tests.services.world import World

    told = Path(FILE)
    is_doomed = False

    class Bus:
        def publish(self, announcements):
            for each in announcements:
                with told.open("a") as file:
                    file.write(each.event_id + "\\n")
                if is_doomed:
                    os._exit(9)
            return {}

    world = World()
    customer = world.customer()
    for decision in ("given", "withdrawn", "given"):
        world.say(customer, decision)
    world.adapters.bus = Bus()
    install(world.ringfence)
    child = os.fork()
    if child == 0:
        is_doomed = True
        hand_over(records(world))
        os._exit(0)
    died_with = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    told_by_the_dead = told.read_text().split()
    hand_over(records(world))
    print(json.dumps({
        "died_with": died_with,
        "told_by_the_dead": told_by_the_dead,
        "told": told.read_text().split(),
        "events": [event.event_id for event in world.ringfence.history(customer.id)],
    }))
"""
COUNTS = ("announced", "ended", "damaged", "failed", "changed")


def run(script: str = "pass") -> Any:
    return run_fresh(SCRIPTED.replace("SCRIPT", script.strip()))


def counts(ran: Any) -> list[int]:
    (line,) = [line for line in ran["lines"] if line["message"] == "announced"]
    assert line["level"] == "INFO"
    return [line[name] for name in COUNTS]


def errors(ran: Any) -> list[dict[str, Any]]:
    return [line for line in ran["lines"] if line["level"] == "ERROR"]


def test_a_batch_is_told_and_counted() -> None:
    ran = run()
    assert ran["answer"] == {"batchItemFailures": []}
    assert ran["told"] == [[1, "ConsentGiven"], [2, "ConsentWithdrawn"], [3, "ConsentGiven"]]
    assert counts(ran) == [3, 0, 0, 0, 0]
    assert errors(ran) == []
    assert ran["app"] is False


def test_lambda_is_told_the_first_that_failed_and_the_others_are_out() -> None:
    ran = run("""
    refused = [event.event_id for event in world.ringfence.history(customer.id)][1:]
    world.adapters.bus.refusing = set(refused)
    """)
    assert ran["answer"] == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert ran["told"] == [[1, "ConsentGiven"]]
    assert counts(ran) == [1, 0, 0, 2, 0]
    assert [(line["message"], line["sequence"], line["detail"]) for line in errors(ran)] == [
        ("event failed", 2, "PutEvents: InternalFailure"),
        ("event failed", 3, "PutEvents: InternalFailure"),
    ]


def test_the_text_of_a_failure_is_not_logged() -> None:
    ran = run("""
    def failing(*_):
        raise ValueError("+8613800138000")
    type(world.adapters.ledger).unlock = failing
    """)
    assert ran["answer"] == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert [line["error"] for line in errors(ran)] == ["ValueError"] * 3
    assert all(line["places"] for line in errors(ran))
    assert "13800138000" not in json.dumps(ran)


def test_rows_that_were_changed_are_found_and_not_told() -> None:
    ran = run("""
    batch += [record(customer.id, 2, 4, "MODIFY"), record(customer.id, 1, 5, "REMOVE")]
    del world.store.rows[LedgerEvent, (customer.id, position(1))]
    """)
    assert ran["answer"] == {"batchItemFailures": []}
    assert ran["told"] == [[3, "ConsentGiven"]]
    assert counts(ran) == [1, 0, 2, 0, 2]
    found = {(line["message"], line["sequence"]) for line in errors(ran)}
    assert found == {("event changed", 2), ("event changed", 1), ("event damaged", 1), ("event damaged", 2)}


def test_after_the_ledger_s_retention_nothing_is_told_and_nobody_is_woken() -> None:
    ran = run("""
    world.close(customer)
    for days in (31, world.policy.rules.retention.ledger_days + 1):
        world.later(days=days)
        world.purge()
    """)
    assert ran["answer"] == {"batchItemFailures": []}
    assert (ran["told"], counts(ran), errors(ran)) == ([], [0, 3, 0, 0, 0], [])


def test_somebody_is_woken_if_the_key_was_taken_away_before() -> None:
    ran = run("world.store.commit(Remove(world.row(WrappedKey, customer.id, LEDGER_KEY)))")
    assert ran["answer"] == {"batchItemFailures": []}
    assert (ran["told"], counts(ran)) == ([], [0, 0, 3, 0, 0])
    assert [(line["message"], line["sequence"]) for line in errors(ran)] == [
        ("event damaged", number) for number in (1, 2, 3)
    ]


def test_it_is_wired_from_its_environment_and_asks_again_when_aws_is_not_there() -> None:
    ran = run_fresh(
        WIRED,
        **NO_AWS,
        RINGFENCE_KEY_LEDGER="arn:ledger",
        RINGFENCE_EVENT_BUS="ringfence-consent",
    )
    assert ran["answer"] == {"batchItemFailures": [{"itemIdentifier": "7"}]}
    assert ran["app"] is False
    assert {"boto3", "botocore", "pydantic", "cryptography", "phonenumbers"}.isdisjoint(ran["before"])


@pytest.fixture
def world() -> World:
    """Two customers who have spoken five times."""
    made = World()
    first, second = made.customer(), made.customer("+8613123456789")
    for customer, decision in [(first, "given"), (second, "given"), (first, "withdrawn"), (first, "given")]:
        made.say(customer, decision)
        made.later(seconds=1)
    made.say(second, "withdrawn")
    return made


def test_wherever_it_is_killed_every_event_is_told(world: World) -> None:
    calls, deaths = kill_everywhere(world, records(world))
    # Five links, two keys, two of them unlocked, five payloads opened, one publication.
    assert calls == 15
    events = [link.event_id for link in world.rows(LedgerEvent)]
    for told in deaths:
        assert sorted(set(told)) == sorted(events)
    # Where it ended behind the publication, all was told twice, under the same ids.
    assert [len(told) for told in deaths].count(10) == 1


def test_what_the_bus_takes_on_one_day_in_three_is_told_in_the_end(world: World) -> None:
    install(world.ringfence)
    links = world.rows(LedgerEvent)
    bus = world.adapters.bus
    refusals = iter([{links[0].event_id, links[3].event_id}, {links[3].event_id}, set()])
    publish = bus.publish

    def moody(announcements: Sequence[Said]) -> dict[str, str]:
        bus.refusing = next(refusals)
        return publish(announcements)

    bus.publish = moody  # type: ignore[method-assign]
    assert hand_over(records(world)) == 3
    assert {each.event_id for each in bus.told} == {link.event_id for link in links}


def test_a_process_that_dies_in_the_middle_of_telling_loses_nothing(tmp_path: Path) -> None:
    ran = run_fresh(DEATH.replace("FILE", repr(str(tmp_path / "told"))))
    assert ran["died_with"] == 9
    assert ran["told_by_the_dead"] == ran["events"][:1]
    assert sorted(set(ran["told"])) == sorted(ran["events"])
    assert ran["told"][1:] == ran["events"]
