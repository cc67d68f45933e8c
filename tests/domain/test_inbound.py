"""What SNS hands over is read, or dropped without a word of it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.inbound import read_inbound
from tests.replies import NUMBER, inbound_event

RECORD = inbound_event("STOP")["Records"][0]


def changed(**message: Any) -> dict[str, Any]:
    """The record with other members of its message; None is an absent one."""
    members = {**json.loads(RECORD["Sns"]["Message"]), **message}
    kept = {name: value for name, value in members.items() if value is not None}
    return {"Sns": {**RECORD["Sns"], "Message": json.dumps(kept)}}


def test_the_guide_s_example_is_read() -> None:
    sms = read_inbound(RECORD)
    assert sms is not None
    assert (sms.number.e164, sms.text, sms.sent_at.isoformat()) == (NUMBER, "STOP", "2026-11-21T12:00:00+00:00")
    assert NUMBER not in repr(sms)
    assert "STOP" not in repr(sms)


def test_a_range_that_was_withdrawn_still_has_its_people() -> None:
    assert read_inbound(changed(originationNumber="+447999999999999")) is not None


@pytest.mark.parametrize(
    "record",
    [
        None,
        "",
        [],
        {},
        {"Sns": None},
        {"Sns": {"Message": "{"}},
        {"Sns": {**RECORD["Sns"], "Message": "[" * 100_000}},
        {"Sns": {**RECORD["Sns"], "Message": "[]"}},
        {"Sns": {**RECORD["Sns"], "Timestamp": "yesterday"}},
        {"Sns": {**RECORD["Sns"], "Timestamp": "2026-11-21T12:00:00"}},
        changed(messageBody=None),
        changed(messageBody=["STOP"]),
        changed(originationNumber=None),
        changed(originationNumber="07400123456"),
        changed(originationNumber="+999123456789"),
        changed(originationNumber="+44 7400 123456"),
        changed(originationNumber=447400123456),
        changed(originationNumber="STOP"),
    ],
)
def test_what_is_no_sms_is_none(record: object) -> None:
    assert read_inbound(record) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["Sns", "Message"]), inner, max_size=2),
)


@given(json_values, st.text(max_size=50))
def test_nothing_raises(record: object, message: str) -> None:
    assert read_inbound(record) is None
    assert read_inbound({"Sns": {**RECORD["Sns"], "Message": message}}) is None
