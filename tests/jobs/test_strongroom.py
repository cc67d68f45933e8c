"""The strongroom's handler, in a process that never sees app.py."""

import json
from typing import Any

import pytest

from tests.api.issuer import AUDIENCE, ISSUER, Issuer
from tests.jobs.subprocesses import run_fresh

SECRET = "13800138000"

# The events go to the handler one after the other; SAYS is what the strongroom does.
SCRIPTED = """
    import io, json, sys
    from chalicelib.bootstrap import install
    from chalicelib.adapters.structure import EPOCH
    from chalicelib.domain.errors import *
    from chalicelib.domain.verification import Send
    from chalicelib.entrypoints.jobs.strongroom import strongroom
    from chalicelib.entrypoints.log import logger
    from chalicelib.domain.writes import Conflict
    from tests.contracts.strongroom_function import Scripted
    from tests.fakes import MemoryAdapters, memory_ringfence

    far = Scripted(SAYS)
    install(memory_ringfence(MemoryAdapters(strongroom_function=far)))
    written = io.StringIO()
    logger().registered_handler.setStream(written)
    answers = [strongroom(event, None) for event in json.loads(EVENTS)]
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    print(json.dumps({"answers": answers, "lines": lines, "orders": len(far.orders), "app": "app" in sys.modules}))
"""

# Wired as Lambda wires it: by its environment and nothing else.
WIRED = """
    import json, os, sys
    from chalicelib.entrypoints.jobs.strongroom import strongroom
    before = set(sys.modules)
    answer = strongroom(json.loads(os.environ["ORDER"]), None)
    print(json.dumps({"answer": answer, "loaded": sorted(set(sys.modules)), "before": sorted(before)}))
"""
HEAVY = ("boto3", "botocore", "pydantic", "phonenumbers", "pyotp", "jwt", "cryptography", "aws_lambda_powertools")

REVEAL = {
    "door": "reveal",
    "order": {
        "authorization": f"Bearer {SECRET}",
        "token": f"ct_{SECRET}",
        "justification": f"call +86{SECRET}",
        "keyed": {"client_id": "wallet-app", "route": "reveal", "key": "key-0123456789abcdef", "body": SECRET},
    },
}
ORDER: dict[str, Any] = REVEAL["order"]  # type: ignore[assignment]
UNAVAILABLE = {"error": "Unavailable", "members": {}}


def run(says: str, *events: Any) -> Any:
    return run_fresh(SCRIPTED.replace("SAYS", says).replace("EVENTS", repr(json.dumps(events))))


BROKEN: dict[str, Any] = {
    "an unknown door": {**REVEAL, "door": f"open_{SECRET}"},
    "a door that is no door": {**REVEAL, "door": "__init__"},
    "a door on the inside": {"door": "_do", "order": {"door": "reveal", "order": ORDER}},
    "a door of another kind": {**REVEAL, "door": ["reveal"]},
    "no door": {"order": ORDER},
    "no order": {"door": "reveal"},
    "an order of another kind": {"door": "reveal", "order": SECRET},
    "a key without a body": {**REVEAL, "order": {**ORDER, "keyed": {"key": SECRET}}},
    "a key with more to it": {**REVEAL, "order": {**ORDER, "keyed": {**ORDER["keyed"], SECRET: SECRET}}},
    "a key of another kind": {**REVEAL, "order": {**ORDER, "keyed": SECRET}},
    "nothing": None,
    "a list": [SECRET],
    "a text": SECRET,
    "an event of EventBridge": {"source": "aws.events", "detail": {"number": SECRET}},
}


@pytest.fixture(scope="module")
def broken() -> dict[str, tuple[Any, Any]]:
    """Answer and line of each broken event."""
    ran = run("'accepted'", *BROKEN.values())
    assert ran["orders"] == 0
    assert ran["app"] is False
    return dict(zip(BROKEN, zip(ran["answers"], ran["lines"], strict=True), strict=True))


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_event_is_refused_and_not_quoted(broken: dict[str, tuple[Any, Any]], name: str) -> None:
    answer, line = broken[name]
    assert answer == UNAVAILABLE
    assert (line["level"], line["message"]) == ("ERROR", "failed")
    assert line["error"] in ("ValueError", "KeyError", "TypeError", "AttributeError")
    assert line["places"]
    assert "detail" not in line
    assert SECRET not in json.dumps(line)


@pytest.mark.parametrize(
    ("says", "error"),
    [
        (f"ValueError('+86{SECRET}')", "ValueError"),
        (f"KeyError('{SECRET}')", "KeyError"),
        (f"RingfenceError('{SECRET}')", "RingfenceError"),
        (f"LedgerDamaged('{SECRET}')", "LedgerDamaged"),
        (f"Unavailable('Decrypt: {SECRET}')", "Unavailable"),
    ],
)
def test_the_text_of_a_failure_is_neither_logged_nor_told(says: str, error: str) -> None:
    ran = run(says, REVEAL)
    (line,), (answer,) = ran["lines"], ran["answers"]
    assert (line["level"], line["message"], line["error"]) == ("ERROR", "failed", error)
    assert answer == UNAVAILABLE
    assert SECRET not in json.dumps(ran)


def test_what_aws_failed_at_is_logged_and_not_told() -> None:
    ran = run("Unavailable('Decrypt: ThrottlingException')", REVEAL)
    assert ran["lines"][0]["detail"] == "Decrypt: ThrottlingException"
    assert ran["answers"] == [UNAVAILABLE]


@pytest.mark.parametrize(("says", "outcome"), [(f"Contended('{SECRET}')", "Contended"), ("Conflict([])", "Conflict")])
def test_who_was_not_fast_enough_is_told_so_and_no_alarm_rings(says: str, outcome: str) -> None:
    ran = run(says, REVEAL)
    assert ran["answers"] == [{"error": "Contended", "members": {}}]
    (line,) = ran["lines"]
    assert (line["level"], line["outcome"]) == ("INFO", outcome)
    assert SECRET not in json.dumps(ran)


def test_a_refusal_is_told_with_its_members_and_logged_by_its_name() -> None:
    ran = run(f"FieldInvalid('/parameters/x', 'holds {SECRET}')", REVEAL)
    assert ran["answers"] == [
        {"error": "FieldInvalid", "members": {"pointer": "/parameters/x", "reason": f"holds {SECRET}"}}
    ]
    (line,) = ran["lines"]
    assert (line["level"], line["message"]) == ("INFO", "ordered")
    assert (line["door"], line["outcome"]) == ("reveal", "FieldInvalid")
    assert SECRET not in json.dumps(line)


def test_an_answer_is_logged_by_its_door_alone() -> None:
    ran = run(
        "Send(EPOCH, 'accepted')", {"door": "send_code", "order": {"authorization": SECRET, "verification_id": SECRET}}
    )
    assert ran["answers"] == [{"answer": {"at": 0.0, "delivery": "accepted"}}]
    (line,) = ran["lines"]
    assert (line["level"], line["door"], line["outcome"]) == ("INFO", "send_code", "answered")
    assert SECRET not in json.dumps(line)


def test_it_is_wired_from_its_environment_and_asks_nobody_before_the_token_is_proved() -> None:
    with Issuer().publishing() as jwks_uri:
        ran = run_fresh(
            WIRED,
            RINGFENCE_NAME="ringfence",
            RINGFENCE_TENANT="tests",
            RINGFENCE_JWKS_URI=jwks_uri,
            RINGFENCE_TOKEN_ISSUER=ISSUER,
            RINGFENCE_TOKEN_AUDIENCE=AUDIENCE,
            **{f"RINGFENCE_KEY_{part}": f"arn:{part.lower()}" for part in ("CODE", "BLIND", "NUMBER")},
            ORDER=json.dumps({**REVEAL, "order": {**ORDER, "authorization": "Bearer garbage"}}),
        )
    assert ran["answer"] == {"error": "NotAuthenticated", "members": {}}
    assert "app" not in ran["loaded"]
    # What it should load is a matter of measure, and is only reported.
    print(f"before the first order: {[name for name in HEAVY if name in ran['before']]}")
    print(f"with it: {[name for name in HEAVY if name in ran['loaded']]}")
    assert "boto3" not in ran["loaded"]
    assert "pydantic" not in ran["loaded"]
