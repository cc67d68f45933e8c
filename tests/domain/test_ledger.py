"""Nothing can be done to a chain that its head does not betray."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.domain.ledger import GENESIS, LedgerEvent, commit_to, first_break, link
from tests.domain.samples import NOON

PAYLOADS = st.lists(st.binary(max_size=8), min_size=1, max_size=8)


def chain(payloads: list[bytes], customer_id: str = "cus_0123") -> list[LedgerEvent]:
    events: list[LedgerEvent] = []
    head = (0, GENESIS)
    for number, payload in enumerate(payloads):
        at = NOON + timedelta(seconds=number)
        event = link(customer_id, head, f"evt_{number}", at, commit_to(bytes(32), payload), b"sealed")
        events.append(event)
        head = (event.sequence, event.hash)
    return events


def broken(events: list[LedgerEvent], original: list[LedgerEvent]) -> str | None:
    return first_break("cus_0123", events, len(original), original[-1].hash if original else GENESIS)


def rehashed(events: list[LedgerEvent]) -> list[LedgerEvent]:
    """What a forger does who can compute: every hash fits again."""
    made: list[LedgerEvent] = []
    head = (0, GENESIS)
    for event in events:
        made.append(link(event.customer_id, head, event.event_id, event.event_time, event.commitment, event.sealed))
        head = (made[-1].sequence, made[-1].hash)
    return made


@given(st.lists(st.binary(max_size=8), max_size=8))
def test_an_honest_chain_holds(payloads: list[bytes]) -> None:
    events = chain(payloads)
    assert broken(events, events) is None
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert rehashed(events) == events


EDITS = st.sampled_from(
    [
        {"customer_id": "cus_4567"},
        {"sequence": 99},
        {"event_id": "evt_x"},
        {"event_time": NOON - timedelta(microseconds=1)},
        {"commitment": commit_to(bytes(32), b"forged payload")},
        {"previous_hash": "f" * 64},
        {"hash": "f" * 64},
    ]
)


@given(PAYLOADS, EDITS, st.booleans(), st.data())
def test_an_edit_is_found(payloads: list[bytes], edit: dict[str, Any], rehash: bool, data: st.DataObject) -> None:
    original = chain(payloads)
    at = data.draw(st.integers(0, len(original) - 1))
    events = [*original[:at], replace(original[at], **edit), *original[at + 1 :]]
    if rehash and not edit.keys() & {"sequence", "previous_hash", "hash"}:
        events = rehashed(events)
    assert broken(events, original)


@given(PAYLOADS, st.booleans(), st.data())
def test_a_removed_event_is_found(payloads: list[bytes], rehash: bool, data: st.DataObject) -> None:
    original = chain(payloads)
    at = data.draw(st.integers(0, len(original) - 1))
    events = original[:at] + original[at + 1 :]
    assert broken(rehashed(events) if rehash else events, original)


@given(PAYLOADS, st.booleans(), st.data())
def test_an_inserted_event_is_found(payloads: list[bytes], rehash: bool, data: st.DataObject) -> None:
    original = chain(payloads)
    at = data.draw(st.integers(0, len(original)))
    strange = link("cus_0123", (at, GENESIS), "evt_x", NOON, commit_to(bytes(32), b"forged"), b"sealed")
    events = [*original[:at], data.draw(st.sampled_from([strange, *original])), *original[at:]]
    assert broken(rehashed(events) if rehash else events, original)


@given(st.lists(st.binary(max_size=8), min_size=2, max_size=8), st.booleans(), st.data())
def test_another_order_is_found(payloads: list[bytes], rehash: bool, data: st.DataObject) -> None:
    original = chain(payloads)
    events = data.draw(st.permutations(original))
    assume(events != original)
    assert broken(rehashed(events) if rehash else events, original)


@given(PAYLOADS, st.data())
def test_a_chain_that_ends_early_is_found(payloads: list[bytes], data: st.DataObject) -> None:
    original = chain(payloads)
    kept = data.draw(st.integers(0, len(original) - 1))
    assert broken(original[:kept], original)


@given(PAYLOADS, st.data())
def test_a_head_that_was_rewound_is_found(payloads: list[bytes], data: st.DataObject) -> None:
    events = chain(payloads)
    kept = data.draw(st.integers(0, len(events) - 1))
    rewound = events[kept - 1].hash if kept else GENESIS
    assert first_break("cus_0123", events, kept, rewound)
    assert first_break("cus_0123", events, kept, events[-1].hash)
    assert first_break("cus_0123", events, len(events), rewound)


@given(PAYLOADS)
def test_another_customer_s_chain_is_found(payloads: list[bytes]) -> None:
    original, other = chain(payloads), chain(payloads, "cus_4567")
    assert broken(other, original)
    assert broken(rehashed([replace(event, customer_id="cus_0123") for event in other]), original) is None
    assert first_break("cus_0123", other, len(other), other[-1].hash)
    assert {event.hash for event in original}.isdisjoint(event.hash for event in other)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.binary(), st.binary())
def test_a_commitment_fits_one_salt_and_one_payload(salt: bytes, other: bytes, payload: bytes, forged: bytes) -> None:
    commitment = commit_to(salt, payload)
    assert commitment == hashlib.sha256(salt + payload).hexdigest()
    assert (commit_to(other, payload) == commitment) == (salt == other)
    assert (commit_to(salt, forged) == commitment) == (payload == forged)
