"""The worker of parts, in a process that never sees app.py."""

from typing import Any

from tests.jobs.subprocesses import run_fresh

SECRET = "7400123456"
SCRIPTED = """
    import io, json, sys
    from chalicelib.bootstrap import install
    from chalicelib.entrypoints.jobs.import_file import import_file
    from chalicelib.entrypoints.log import logger
    from tests.fakes import MemoryAdapters, memory_ringfence
    from tests.importing import part, row

    adapters = MemoryAdapters()
    install(memory_ringfence(adapters))
    written = io.StringIO()
    logger().registered_handler.setStream(written)
    NAME = "parts/imp_1/1.json"

    def told(*names):
        return json.dumps({"Records": [{"s3": {"bucket": {"name": "b"}, "object": {"key": it}}} for it in names]})

    def outcome(body):
        try:
            return import_file({"Records": [{"body": body, "receiptHandle": "r"}]}, None)
        except Exception as failure:
            return [type(failure).__name__, str(failure), failure.__suppress_context__]

    adapters.import_box.objects[NAME] = part(row("+44SECRET"), row("+44SECRET", customer_id="wallet-8"))
    PREPARE
    answers = [outcome(body) for body in EVENTS]
    print(json.dumps({"answers": answers, "log": written.getvalue(), "app": "app" in sys.modules,
                      "left": list(adapters.import_box.objects)}))
"""


def run(events: str, prepare: str = "pass") -> Any:
    return run_fresh(SCRIPTED.replace("SECRET", SECRET).replace("PREPARE", prepare).replace("EVENTS", events))


def test_a_part_that_s3_tells_of_twice_is_worked_off_once() -> None:
    ran = run("[told(NAME), told(NAME)]")
    assert ran["answers"] == [
        {"parts": 1, "imported": 1, "present": 0, "flaws": 1},
        {"parts": 0, "imported": 0, "present": 0, "flaws": 0},
    ]
    assert ran["left"] == ["reports/imp_1/1.json"]
    assert (ran["app"], SECRET in ran["log"]) == (False, False)


def test_what_names_no_part_is_nothing_to_do() -> None:
    ran = run('[\'{"Service": "Amazon S3", "Event": "s3:TestEvent"}\', told("reports/imp_1/1.json", "../x")]')
    assert [it["parts"] for it in ran["answers"]] == [0, 0]
    # What S3 says when it is first asked to tell is no import.
    assert "imported" not in ran["log"]


def test_a_failure_leaves_the_part_and_says_no_number() -> None:
    prepare = "adapters.keys.tag = lambda number, _: (_ for _ in ()).throw(ValueError(number.e164))"
    ran = run("[told(NAME), 'no json']", prepare)
    assert ran["answers"] == [["Unavailable", "", True]] * 2
    assert ran["left"] == ["parts/imp_1/1.json"]
    assert SECRET not in ran["log"]
    assert '"error": "ValueError"' in ran["log"].replace('":"', '": "')
