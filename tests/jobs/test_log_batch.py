"""What CloudWatch Logs packs is unpacked; whatever else comes is refused, without a word of it."""

import base64
import gzip
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.entrypoints.jobs.log_batch import LARGEST_BATCH_BYTES, NotABatch, log_messages
from tests.receipts import batch, packed, sns_log

NUMBER = "14255550156"


def raw(content: bytes) -> dict[str, Any]:
    return {"awslogs": {"data": base64.b64encode(content).decode()}}


WHOLE = gzip.compress(json.dumps({"messageType": "DATA_MESSAGE", "logEvents": [], "owner": NUMBER}).encode())


def test_the_lines_come_in_their_order() -> None:
    assert log_messages(batch("one", {"two": 2}, "three")) == ["one", '{"two": 2}', "three"]


def test_hundreds_of_lines_are_no_trouble() -> None:
    assert len(log_messages(batch(*[sns_log()] * 2500))) == 2500


def test_a_control_message_has_none() -> None:
    assert log_messages(batch("CWL CONTROL MESSAGE: Checking health of destination", kind="CONTROL_MESSAGE")) == []


def test_a_line_that_is_none_keeps_its_place() -> None:
    lines: list[object] = [{"message": "one"}, {}, "two", None, {"message": 3}]
    assert log_messages(packed({"messageType": "DATA_MESSAGE", "logEvents": lines})) == ["one", None, None, None, 3]


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "awslogs",
        {},
        {"awslogs": None},
        {"awslogs": [NUMBER]},
        {"awslogs": {}},
        {"awslogs": {"data": None}},
        {"awslogs": {"data": 7}},
        {"awslogs": {"data": NUMBER + "!"}},
        {"awslogs": {"data": "é"}},
        {"awslogs": {"data": ""}},
        raw(b""),
        raw(NUMBER.encode()),
        raw(zlib.compress(b"{}")),
        raw(WHOLE[:-9]),
        raw(WHOLE[:20] + b"\x00" + WHOLE[21:]),
        raw(gzip.compress(b"\xff\xfe\x00")),
        raw(gzip.compress(NUMBER.encode() + b"{")),
        raw(gzip.compress(b"[" * 100_000)),
        packed(None),
        packed([NUMBER]),
        packed({}),
        packed({"messageType": "DATA_MESSAGE"}),
        packed({"messageType": "DATA_MESSAGE", "logEvents": {NUMBER: NUMBER}}),
        packed({"messageType": ["DATA_MESSAGE"], "logEvents": []}),
        packed({"messageType": NUMBER, "logEvents": []}),
    ],
)
def test_what_is_no_batch_is_refused_and_not_quoted(event: object) -> None:
    with pytest.raises(NotABatch) as refused:
        log_messages(event)
    assert NUMBER not in repr(refused.value)
    assert str(refused.value) == ""
    # Python shows what an exception was raised from; the text of that one may quote.
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_the_largest_is_read_and_one_that_is_larger_is_not() -> None:
    empty = json.dumps({"messageType": "CONTROL_MESSAGE", "more": ""}).encode()
    room = LARGEST_BATCH_BYTES - len(empty)
    for more in (room, room + 1):
        text = empty.replace(b'""', b'"' + b"x" * more + b'"')
        if more == room:
            assert log_messages(raw(gzip.compress(text))) == []
        else:
            with pytest.raises(NotABatch):
                log_messages(raw(gzip.compress(text)))


@given(st.binary(max_size=200) | st.integers(0, len(WHOLE) - 1).map(lambda at: WHOLE[:at] + WHOLE[at + 1 :]))
def test_no_damage_raises_anything_else(content: bytes) -> None:
    try:
        messages = log_messages(raw(content))
    except NotABatch:
        return
    assert messages == []
