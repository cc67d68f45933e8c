"""A carrier's words are read exactly, and a send only ever learns."""

import json
import re
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.contact import Message
from chalicelib.domain.receipt import (
    EVENT_TYPES,
    REASONS,
    SNS_RESPONSES,
    Receipt,
    message_with_receipt,
    read_receipt,
    reason_sentence,
    with_receipt,
)
from chalicelib.domain.verification import Send
from tests.domain.samples import NOON, a_verification
from tests.receipts import DESTINATION, MESSAGE_ID, event, sns_log

# The guide's list, today's and yesterday's words, by hand.
DOCUMENTED = {
    "Blocked as spam by phone carrier": ("failed", "spam"),
    "Destination is blacklisted": ("failed", "blocked"),
    "Destination is on a blocked list": ("failed", "blocked"),
    "Invalid phone number": ("failed", "invalid_number"),
    "Message body is invalid": ("failed", "invalid_text"),
    "Phone carrier has blocked this message": ("failed", "carrier_blocked"),
    "Phone carrier is currently unreachable/unavailable": ("failed", "carrier_unreachable"),
    "Phone has blocked SMS": ("failed", "phone_blocked"),
    "Phone is blacklisted": ("failed", "phone_blocked"),
    "Phone is on a blocked list": ("failed", "phone_blocked"),
    "Phone is currently unreachable/unavailable": ("failed", "unreachable"),
    "Phone number is opted out": ("opted_out", "opted_out"),
    "This delivery would exceed max price": ("failed", "too_expensive"),
    "Unknown error attempting to reach phone": ("failed", "unknown"),
    "No quota left for account": ("failed", "quota"),
}


@pytest.mark.parametrize("response", DOCUMENTED)
def test_each_documented_failure_of_sns_is_known(response: str) -> None:
    delivery, reason = DOCUMENTED[response]
    assert read_receipt(sns_log("FAILURE", response)) == Receipt(MESSAGE_ID, delivery, reason)


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        ("Message has been accepted by phone carrier", "by_carrier"),
        ("Message has been accepted by phone", None),
        # Whatever else it says of a success, that the phone has it is not claimed.
        (f"Message to {DESTINATION} is on its way", "by_carrier"),
        (None, "by_carrier"),
    ],
)
def test_a_success_of_sns_is_delivered_and_says_how_far(response: Any, reason: str | None) -> None:
    assert read_receipt(sns_log("SUCCESS", response)) == Receipt(MESSAGE_ID, "delivered", reason)


@pytest.mark.parametrize("response", [f"{DESTINATION} is gone", "", None, 7, ["Invalid phone number"]])
def test_words_that_nobody_knows_are_a_failure_for_a_reason_unknown(response: Any) -> None:
    assert read_receipt(sns_log("FAILURE", response)) == Receipt(MESSAGE_ID, "failed", "unknown")


@pytest.mark.parametrize(
    ("kind", "delivery", "reason"),
    [
        ("TEXT_DELIVERED", "delivered", None),
        ("TEXT_SUCCESSFUL", "delivered", "by_carrier"),
        ("TEXT_QUEUED", "accepted", None),
        ("TEXT_PENDING", "accepted", None),
        ("TEXT_SENT", "accepted", None),
        ("TEXT_UNKNOWN", "accepted", None),
        ("TEXT_BLOCKED", "failed", "phone_blocked"),
        ("TEXT_CARRIER_BLOCKED", "failed", "carrier_blocked"),
        ("TEXT_CARRIER_UNREACHABLE", "failed", "carrier_unreachable"),
        ("TEXT_INVALID", "failed", "invalid_number"),
        ("TEXT_INVALID_MESSAGE", "failed", "invalid_text"),
        ("TEXT_PROTECT_BLOCKED", "failed", "blocked"),
        ("TEXT_SPAM", "failed", "spam"),
        ("TEXT_TTL_EXPIRED", "failed", "expired"),
        ("TEXT_UNREACHABLE", "failed", "unreachable"),
    ],
)
def test_each_event_of_end_user_messaging_is_known(kind: str, delivery: str, reason: str | None) -> None:
    assert read_receipt(event(kind, reference="vrf_1")) == Receipt(MESSAGE_ID, delivery, reason, "vrf_1")


@pytest.mark.parametrize("final", [False, None, "true", 1])
@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_what_is_not_surely_final_claims_no_more_than_that_the_sms_was_taken(kind: str, final: object) -> None:
    receipt = read_receipt({**event(kind), "isFinal": final})
    assert receipt is not None
    assert receipt.delivery == ("delivered" if kind == "TEXT_DELIVERED" else "accepted")


@pytest.mark.parametrize(
    "message",
    [
        None,
        "SUCCESS",
        [sns_log()],
        {},
        {"notification": {"messageId": MESSAGE_ID}},
        {**sns_log(), "status": "PENDING"},
        {**sns_log(), "status": ["SUCCESS"]},
        {**sns_log(), "notification": MESSAGE_ID},
        {**sns_log(), "notification": {}},
        {**sns_log(), "notification": {"messageId": None}},
        {**sns_log(), "notification": {"messageId": ""}},
        {**sns_log(), "notification": {"messageId": DESTINATION}},
        {**sns_log(), "notification": {"messageId": DESTINATION[1:]}},
        {**sns_log(), "notification": {"messageId": "x" * 101}},
        {**event(), "messageId": 34},
        {**event(), "eventType": "VOICE_COMPLETED"},
        {**event(), "eventType": {}},
        {**event(), "eventType": None},
    ],
)
def test_what_is_no_receipt_is_none(message: object) -> None:
    assert read_receipt(message) is None


@pytest.mark.parametrize("context", [None, "vrf_1", {}, {"reference": 1}, {"reference": DESTINATION}])
def test_a_context_that_names_nothing_of_ours_is_none(context: object) -> None:
    assert read_receipt({**event(), "context": context}) == Receipt(MESSAGE_ID, "delivered")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = sorted({*sns_log(), *sns_log()["notification"], *sns_log()["delivery"], *event(), "reference"})


@st.composite
def damaged(draw: st.DrawFn) -> object:
    """A documented message in which something else stands in some places."""
    message: Any = draw(st.sampled_from([sns_log(), sns_log("FAILURE"), *(event(kind) for kind in EVENT_TYPES)]))
    holders = [message, *(each for each in message.values() if isinstance(each, dict))]
    for name, value in draw(st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=3)).items():
        draw(st.sampled_from(holders))[name] = value
    return message


@given(JSON | damaged())
def test_whatever_comes_it_never_raises_and_tells_our_words_alone(message: object) -> None:
    receipt = read_receipt(message)
    if receipt is None:
        return
    assert receipt.delivery in {"accepted", "delivered", "failed", "opted_out"}
    assert receipt.reason is None or receipt.reason in REASONS
    for identifier in (receipt.message_id, receipt.reference or "vrf"):
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,100}", identifier)
        assert not identifier.isdigit()


@pytest.mark.parametrize(
    "message", [sns_log(), sns_log("FAILURE", f"{DESTINATION} is gone"), event(), event("TEXT_SPAM")]
)
def test_no_number_is_in_a_receipt(message: dict[str, Any]) -> None:
    assert DESTINATION in json.dumps(message)
    assert DESTINATION[1:] not in repr(read_receipt(message))


def test_every_word_has_a_sentence() -> None:
    words = {*SNS_RESPONSES.values(), *(reason for _, reason in EVENT_TYPES.values())} - {None}
    assert words <= set(REASONS)
    for word, sentence in REASONS.items():
        assert re.fullmatch(r"[a-z_]+", word)
        assert re.fullmatch(r"[A-Z][^.]{10,}\.", sentence)
        assert reason_sentence(word) == sentence
    assert reason_sentence(None) is None
    assert reason_sentence("a word of tomorrow") == REASONS["unknown"]


ACCEPTED = Send(NOON, "accepted", "sns", MESSAGE_ID)
SENT = Message(
    "msg_1", "app", "cus_1", "marketing", "offer", 1, 2, NOON, NOON, "accepted", "sns", MESSAGE_ID, version="1"
)
# Worth more from line to line; those of a line are worth the same.
LADDER: list[list[tuple[str, str | None]]] = [
    [("intended", None), ("opening", None), ("queued", None), ("unknown", None)],
    [("accepted", None)],
    [("failed", "spam"), ("failed", "unknown"), ("opted_out", "opted_out"), ("failed", None)],
    [("delivered", "by_carrier")],
    [("delivered", None)],
]
STEPS = [(height, step) for height, steps in enumerate(LADDER) for step in steps]


@pytest.mark.parametrize("before", STEPS)
@pytest.mark.parametrize("told", [step for step in STEPS if step[0]])
def test_a_send_only_learns(before: tuple[int, Any], told: tuple[int, Any]) -> None:
    (height, (delivery, reason)), (new_height, (new_delivery, new_reason)) = before, told
    verification = a_verification(sends=(replace(ACCEPTED, delivery=delivery, reason=reason),))
    after = with_receipt(verification, Receipt(MESSAGE_ID, new_delivery, new_reason))
    if new_height > height:
        assert (after.sends[0].delivery, after.sends[0].reason) == (new_delivery, new_reason)
        assert replace(after, sends=verification.sends) == verification
    else:
        assert after is verification


@pytest.mark.parametrize("before", STEPS)
@pytest.mark.parametrize("told", [step for step in STEPS if step[0]])
def test_a_message_learns_what_a_send_learns(before: tuple[int, Any], told: tuple[int, Any]) -> None:
    (_, (delivery, reason)), (_, (new_delivery, new_reason)) = before, told
    receipt = Receipt(MESSAGE_ID, new_delivery, new_reason)
    verification = with_receipt(a_verification(sends=(replace(ACCEPTED, delivery=delivery, reason=reason),)), receipt)
    message = replace(SENT, delivery=delivery, reason=reason)
    after = message_with_receipt(message, receipt)
    (send,) = verification.sends
    assert (after.delivery, after.reason) == (send.delivery, send.reason)
    assert replace(after, delivery=delivery, reason=reason) == message
    assert (after is message) == ((after.delivery, after.reason) == (delivery, reason))


@pytest.mark.parametrize("receipt", [Receipt("message-2", "delivered"), Receipt("x", "failed", None, "msg_of_another")])
def test_a_receipt_that_names_another_message_is_nothing(receipt: Receipt) -> None:
    for message in (SENT, replace(SENT, delivery="unknown", message_id=None, sender=None)):
        assert message_with_receipt(message, receipt) is message


def test_a_message_whose_outcome_was_lost_is_found_by_its_own_id_alone() -> None:
    lost = replace(SENT, delivery="unknown", sender=None, message_id=None)
    after = message_with_receipt(lost, Receipt("message-2", "failed", "spam", SENT.id))
    told = replace(SENT, delivery="failed", reason="spam", sender="end_user_messaging", message_id="message-2")
    assert after == told
    # One that is known is not taken for lost.
    assert message_with_receipt(SENT, Receipt("message-2", "failed", "spam", SENT.id)) is SENT


@pytest.mark.parametrize("height", [1, 2, 3, 4])
def test_in_whatever_order_receipts_come_the_send_knows_the_same(height: int) -> None:
    receipts = [Receipt(MESSAGE_ID, *steps[0]) for steps in LADDER[1 : height + 1]]
    ends = set()
    for order in permutations([*receipts, *receipts]):
        verification = a_verification(sends=(ACCEPTED,))
        for receipt in order:
            verification = with_receipt(verification, receipt)
        ends.add((verification.sends[0].delivery, verification.sends[0].reason))
    assert ends == {LADDER[height][0]}


def test_only_the_send_that_the_receipt_is_about_changes() -> None:
    sends = tuple(replace(ACCEPTED, message_id=f"message-{number}") for number in (1, 2, 3))
    after = with_receipt(a_verification(sends=sends), Receipt("message-2", "delivered"))
    assert after.sends == (sends[0], replace(sends[1], delivery="delivered"), sends[2])


def test_a_receipt_that_names_no_send_and_no_verification_is_nothing() -> None:
    verification = a_verification(sends=(ACCEPTED, Send(NOON, "unknown")))
    assert with_receipt(verification, Receipt("message-2", "delivered")) is verification
    assert with_receipt(verification, Receipt("message-2", "delivered", None, "vrf_of_another")) is verification


@pytest.mark.parametrize("delivery", ["intended", "opening", "unknown"])
def test_a_lost_outcome_is_found_by_the_verification_alone(delivery: str) -> None:
    verification = a_verification(sends=(ACCEPTED, Send(NOON, delivery)))
    after = with_receipt(verification, Receipt("message-2", "accepted", None, verification.id))
    assert after.sends == (ACCEPTED, Send(NOON, "accepted", "end_user_messaging", "message-2"))
    again = with_receipt(after, Receipt("message-2", "failed", "spam", verification.id))
    assert again.sends == (ACCEPTED, Send(NOON, "failed", "end_user_messaging", "message-2", "spam"))


@pytest.mark.parametrize(
    "sends",
    [
        (),
        (ACCEPTED,),
        (Send(NOON, "queued"),),
        (Send(NOON, "failed", reason="throttled"),),
        (Send(NOON, "unknown"), Send(NOON, "intended")),
    ],
)
def test_which_of_several_or_none_was_lost_is_not_guessed(sends: tuple[Send, ...]) -> None:
    verification = a_verification(sends=sends)
    assert with_receipt(verification, Receipt("message-2", "delivered", None, verification.id)) is verification
