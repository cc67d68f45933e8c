"""The receipts' handler, in a process that never sees app.py."""

import json
from typing import Any

import pytest

from tests.jobs.subprocesses import run_fresh
from tests.receipts import DESTINATION, MESSAGE_ID, batch, event, packed, sns_log

# Twenty verifications whose sends were accepted; a store that may fail. EVENTS go to the handler one after the other.
CODE = """
    import io, json, sys
    from dataclasses import replace
    from datetime import timedelta
    from chalicelib.bootstrap import install
    from chalicelib.domain.dispatch import Dispatch
    from chalicelib.domain.errors import Unavailable
    from chalicelib.domain.verification import Send, Verification
    from chalicelib.entrypoints.jobs.delivery_status import delivery_status
    from chalicelib.entrypoints.log import logger
    from chalicelib.domain.writes import Insert
    from tests.domain.samples import NOON, a_verification
    from tests.fakes import MemoryAdapters, memory_ringfence

    adapters = MemoryAdapters()
    store = adapters.store
    install(memory_ringfence(adapters))
    for position in range(20):
        verification_id, message_id = f"vrf_{position}", MESSAGE_ID[:-2] + f"{position:02d}"
        sends = (Send(NOON, "accepted", "sns", message_id),)
        store.commit(Insert(a_verification(id=verification_id, sends=sends)))
        store.commit(Insert(Dispatch(message_id, verification_id, NOON + timedelta(hours=72))))
    commit = store.commit

    def failing(*writes):
        for verification_id, failure in FAILS.items():
            if any(write.after.id == verification_id for write in writes):
                raise (Unavailable if failure == "Unavailable" else ValueError)(TEXT)
        commit(*writes)

    store.commit = failing
    written = io.StringIO()
    logger().registered_handler.setStream(written)

    def handled(event):
        try:
            return delivery_status(event, None)
        except Exception as failure:
            return {"raised": type(failure).__name__, "text": str(failure), "from": repr(failure.__context__)}

    reports = [handled(event) for event in json.loads(EVENTS)]
    sends = {key[0]: row.sends[0] for (kind, key), row in store.rows.items() if kind is Verification}
    print(json.dumps({
        "reports": reports,
        "known": {key: (send.delivery, send.reason) for key, send in sends.items() if send.delivery != "accepted"},
        "lines": [json.loads(line) for line in written.getvalue().splitlines()],
        "app": "app" in sys.modules,
        "boto3": "boto3" in sys.modules,
    }))
"""

# As it stands in the guide: one quotation mark of the destination is a typographic one.
AS_PRINTED = json.dumps(sns_log()).replace(f'"{DESTINATION}"', '"+1XXX5550100\N{RIGHT DOUBLE QUOTATION MARK}')
NOTHING = {"recorded": 0, "not_ours": 0, "unreadable": 0, "failed": 0, "unavailable": 0, "causes": {}}


def run(*events: Any, fails: dict[str, str] | None = None, text: str = "") -> Any:
    given = {"EVENTS": json.dumps(events), "MESSAGE_ID": MESSAGE_ID, "TEXT": text, "FAILS": fails or {}}
    ran = run_fresh("".join(f"    {name} = {value!r}\n" for name, value in given.items()) + CODE)
    assert ran["app"] is False
    said = json.dumps([ran["reports"], ran["lines"]])
    assert DESTINATION[1:] not in said
    assert MESSAGE_ID[:-2] not in said
    return ran


def of(position: int, message: dict[str, Any]) -> dict[str, Any]:
    """The message, about the send of this verification."""
    message_id = MESSAGE_ID[:-2] + f"{position:02d}"
    if "notification" in message:
        return {**message, "notification": {**message["notification"], "messageId": message_id}}
    return {**message, "messageId": message_id}


def test_what_the_guides_document_is_recorded_and_counted_in_one_line() -> None:
    ran = run(
        batch(
            of(0, sns_log()),
            of(1, sns_log("SUCCESS", "Message has been accepted by phone")),
            of(2, sns_log("FAILURE", "Unknown error attempting to reach phone")),
            of(3, sns_log("FAILURE", "Phone number is opted out")),
            of(4, event("TEXT_DELIVERED")),
            of(5, event("TEXT_CARRIER_UNREACHABLE")),
            of(6, event("TEXT_PENDING", final=False)),
        )
    )
    assert ran["known"] == {
        "vrf_0": ["delivered", "by_carrier"],
        "vrf_1": ["delivered", None],
        "vrf_2": ["failed", "unknown"],
        "vrf_3": ["opted_out", "opted_out"],
        "vrf_4": ["delivered", None],
        "vrf_5": ["failed", "carrier_unreachable"],
    }
    assert ran["reports"] == [{**NOTHING, "recorded": 7}]
    (line,) = ran["lines"]
    assert (line["level"], line["message"], line["recorded"]) == ("INFO", "receipts", 7)


def test_a_health_check_is_nothing() -> None:
    ran = run(batch("CWL CONTROL MESSAGE: Checking health of destination Lambda.", kind="CONTROL_MESSAGE"))
    assert ran["reports"] == [NOTHING]
    assert [line["level"] for line in ran["lines"]] == ["INFO"]


BROKEN = [
    AS_PRINTED,
    "",
    "{",
    DESTINATION,
    "[" * 100_000,
    "1" * 5000,
    [of(7, sns_log())],
    {**sns_log(), "notification": {"messageId": DESTINATION}},
    {**of(7, sns_log()), "status": DESTINATION},
]


def test_a_broken_line_loses_no_other_and_is_an_error() -> None:
    good = [of(position, sns_log()) for position in range(len(BROKEN))]
    mixed = [line for pair in zip(BROKEN, good, strict=True) for line in pair]
    ran = run(batch(*mixed))
    assert len(ran["known"]) == len(good)
    assert ran["reports"] == [{**NOTHING, "recorded": len(good), "unreadable": len(BROKEN)}]
    (line,) = ran["lines"]
    assert (line["level"], line["unreadable"]) == ("ERROR", len(BROKEN))


@pytest.mark.parametrize("broken", [None, {"awslogs": {"data": DESTINATION}}, packed({"owner": DESTINATION})])
def test_a_broken_batch_is_an_error_that_lambda_need_not_repeat(broken: Any) -> None:
    ran = run(broken, batch(of(0, sns_log())))
    assert ran["reports"] == [{**NOTHING, "unreadable": 1}, {**NOTHING, "recorded": 1}]
    assert [line["level"] for line in ran["lines"]] == ["ERROR", "INFO"]


def test_somebody_else_s_sms_are_counted_and_no_error() -> None:
    ran = run(batch({**sns_log(), "notification": {"messageId": "1077257a-92f3-5ca3-bc97-6a915b310625"}}))
    assert ran["reports"] == [{**NOTHING, "not_ours": 1}]
    assert ran["known"] == {}
    assert [line["level"] for line in ran["lines"]] == ["INFO"]


def test_hundreds_in_one_batch() -> None:
    ran = run(batch(*[of(position % 20, sns_log()) for position in range(600)]))
    assert ran["reports"] == [{**NOTHING, "recorded": 600}]
    assert len(ran["known"]) == 20


def test_when_the_store_does_not_answer_lambda_is_asked_to_repeat_and_the_others_are_recorded() -> None:
    ran = run(batch(*[of(position, sns_log()) for position in range(5)]), fails={"vrf_1": "Unavailable"}, text="")
    assert ran["reports"] == [{"raised": "Unavailable", "text": "", "from": "None"}]
    assert sorted(ran["known"]) == ["vrf_0", "vrf_2", "vrf_3", "vrf_4"]
    (line,) = ran["lines"]
    assert (line["level"], line["recorded"], line["unavailable"]) == ("ERROR", 4, 1)


@pytest.mark.parametrize(
    ("text", "cause"),
    [("PutItem: ThrottlingException", "PutItem: ThrottlingException"), (f"of {DESTINATION}", "Unavailable at")],
)
def test_of_a_failed_store_the_operation_is_told_and_no_other_text(text: str, cause: str) -> None:
    ran = run(batch(of(1, sns_log())), fails={"vrf_1": "Unavailable"}, text=text)
    assert ran["reports"] == [{"raised": "Unavailable", "text": "", "from": "None"}]
    ((told, times),) = ran["lines"][0]["causes"].items()
    assert (told.startswith(cause), times) == (True, 1)


def test_a_failure_that_nobody_foresaw_loses_no_other_and_is_not_repeated() -> None:
    messages = [of(position, sns_log()) for position in range(3)]
    ran = run(batch(*messages), fails={"vrf_1": "ValueError"}, text=f"about {DESTINATION}")
    assert sorted(ran["known"]) == ["vrf_0", "vrf_2"]
    (report,) = ran["reports"]
    assert (report["recorded"], report["failed"]) == (2, 1)
    assert [cause.split(":")[0] for cause in report["causes"]] == ["ValueError at <string>"]
    assert ran["lines"][0]["level"] == "ERROR"


def test_a_batch_that_is_repeated_changes_nothing() -> None:
    given = batch(of(0, sns_log()), of(1, sns_log("FAILURE", "Invalid phone number")))
    once, twice = run(given), run(given, given)
    assert once["known"] == twice["known"]
    assert twice["reports"] == [{**NOTHING, "recorded": 2}] * 2


def test_without_a_receipt_nothing_of_aws_is_loaded() -> None:
    assert run(batch("CWL CONTROL MESSAGE", kind="CONTROL_MESSAGE"))["boto3"] is False
