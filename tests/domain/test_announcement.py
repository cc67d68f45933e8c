"""What others are told is the schema's, belongs to one place of one chain, and holds nothing of who asked how."""

import json
import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

from chalicelib.domain.announcement import Announcement, announcement
from chalicelib.domain.consent import ConsentEvent, GuardianProof
from chalicelib.domain.errors import LedgerDamaged
from chalicelib.domain.ledger import GENESIS, LedgerEvent, link

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = json.loads((DOCS / "schemas/consent-announcement.schema.json").read_text(encoding="utf-8"))
VALID = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
# Stands for whatever only the wallet and the ledger may know.
SECRET = "13800138000"
NAMES = {
    "given": "ConsentGiven",
    "refused": "ConsentRefused",
    "withdrawn": "ConsentWithdrawn",
    "expired": "ConsentExpired",
}
# EventBridge user guide, "PutEvents": all entries of a call together. Ten are sent at once.
MOST_BYTES_OF_ONE = 256 * 1024 // 10

ids = st.text("0123456789abcdef", min_size=32, max_size=32).map("evt_{}".format)
instants = st.integers(10**15, 4 * 10**15).map(lambda it: datetime.fromtimestamp(it / 10**6, UTC))


@st.composite
def events(draw: st.DrawFn) -> ConsentEvent:
    kind = draw(st.sampled_from(sorted(NAMES)))
    given_ = kind == "given"
    at = draw(instants)
    return ConsentEvent(
        event_id=draw(ids),
        record_id="cus_00000001.marketing",
        event_type=kind,
        event_time=at.isoformat(),
        purpose=draw(st.from_regex(r"[a-z_]{1,60}", fullmatch=True)),
        channels=tuple(draw(st.permutations(["sms", "call", "app"]))) if given_ else (),
        notice_version=draw(st.integers(1, 999)),
        notice_sha256=SECRET,
        locale=SECRET,
        surface=SECRET,
        actor_role=SECRET,
        actor_client=SECRET,
        actor=draw(st.sampled_from(["customer", "guardian", "officer", "system"])),
        method=SECRET,
        most_per_month=4 if given_ else None,
        valid_until=(at + timedelta(days=365)).isoformat() if given_ and draw(st.booleans()) else None,
        guardian=GuardianProof(SECRET, SECRET, SECRET),
    )


def chain(customer_id: str, *events: ConsentEvent) -> list[LedgerEvent]:
    """The links of these events."""
    links: list[LedgerEvent] = []
    for event in events:
        head = (links[-1].sequence, links[-1].hash) if links else (0, GENESIS)
        at = datetime.fromisoformat(event.event_time)
        links.append(link(customer_id, head, event.event_id, at, "commitment", SECRET.encode()))
    return links


@given(first=events(), second=events(), customer_id=st.from_regex(r"[A-Za-z0-9_-]{8,64}", fullmatch=True))
def test_it_is_the_schema_s_and_nothing_more(first: ConsentEvent, second: ConsentEvent, customer_id: str) -> None:
    one, two = chain(customer_id, first, second)
    for said, event in ((announcement(one, None, first), first), (announcement(two, one, second), second)):
        detail = json.loads(said.detail())
        VALID.validate(detail)
        assert set(detail) == set(SCHEMA["required"]) == set(SCHEMA["properties"])
        assert said.name == NAMES[event.event_type]
        assert SECRET not in said.detail()
        assert len(said.detail().encode()) < MOST_BYTES_OF_ONE
        for member in ("event_id", "purpose", "event_time", "notice_version", "valid_until", "actor"):
            assert detail[member] == getattr(event, member)
        assert tuple(detail["channels"]) == event.channels
    assert json.loads(announcement(two, one, second).detail())["previous_event_id"] == first.event_id
    assert json.loads(announcement(one, None, first).detail())["previous_event_id"] is None


def test_no_member_is_added_without_the_schema() -> None:
    assert {field.name for field in fields(Announcement)} - {"name"} == set(SCHEMA["properties"])


def test_the_page_s_example_is_valid() -> None:
    page = (DOCS / "events.md").read_text(encoding="utf-8")
    example, _ = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    VALID.validate(json.loads(example))
    assert set(json.loads(example)) == set(SCHEMA["properties"])


SAMPLE = ConsentEvent(
    "evt_" + "0" * 32, "cus_00000001.marketing", "given", "2026-11-22T08:00:00+00:00", "marketing", ("sms",),
    1, "hash", "en", "signup_screen", "wallet", "wallet-app",
)  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"previous_event_id": None},
        {"sequence": 0},
        {"sequence": 1},
        {"customer_id": "+8613800138000"},
        {"event_id": "evt_1"},
        {"channels": ["fax"]},
        {"actor": "wallet"},
        {"event_time": "yesterday"},
    ],
)
def test_the_schema_refuses(wrong: dict[str, Any]) -> None:
    one, two = chain("cus_00000001", SAMPLE, SAMPLE)
    detail = json.loads(announcement(two, one, SAMPLE).detail())
    VALID.validate(detail)
    assert not VALID.is_valid({**detail, **wrong})


@pytest.mark.parametrize(
    "change",
    [
        {"sequence": 3},
        {"customer_id": "cus_00000002"},
        {"event_id": "evt_" + "1" * 32},
        {"event_time": datetime(2026, 1, 1, tzinfo=UTC)},
        {"commitment": "other"},
        {"previous_hash": GENESIS},
        {"hash": GENESIS},
    ],
)
def test_a_changed_link_is_not_announced(change: dict[str, Any]) -> None:
    one, two = chain("cus_00000001", SAMPLE, SAMPLE)
    with pytest.raises(LedgerDamaged):
        announcement(replace(two, **change), one, SAMPLE)


def test_a_link_that_does_not_follow_the_one_before_is_not_announced() -> None:
    one, two, three = chain("cus_00000001", SAMPLE, SAMPLE, SAMPLE)
    elsewhere, _ = chain("cus_00000002", SAMPLE, SAMPLE)
    # Somebody made it anew, and its own hash is right.
    forged = link("cus_00000001", (1, GENESIS), two.event_id, two.event_time, two.commitment, two.sealed)
    for this, before in ((two, None), (three, one), (two, elsewhere), (forged, one), (one, one)):
        with pytest.raises(LedgerDamaged):
            announcement(this, before, SAMPLE)
