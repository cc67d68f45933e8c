"""A row is read whole or not at all, and what is wrong with it is said without its values."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.policy_files import read_policy
from chalicelib.domain.consent import ConsentEvent
from chalicelib.domain.errors import FieldInvalid
from chalicelib.domain.fiction import TestNumber
from chalicelib.domain.import_row import BadRow, ImportRow, read_row
from chalicelib.domain.origin import Origin, Provenance
from tests.fakes import NOON, POLICY_FOLDER
from tests.importing import BATCH, row, word

POLICY = read_policy(POLICY_FOLDER)
LANDLINE = "+442079460000"


def read(members: object) -> ImportRow:
    return read_row(members, POLICY, NOON)


def flaws(members: object) -> list[tuple[str, str]]:
    with pytest.raises(BadRow) as refused:
        read(members)
    return [(it.pointer, it.reason) for it in refused.value.flaws]


def fields(members: object) -> list[str]:
    return [pointer for pointer, _ in flaws(members)]


def test_a_row_is_read_with_all_that_it_says() -> None:
    read_one = read(row("07400 123456", region="GB", under_14=False, time_zone="Europe/London"))
    assert (read_one.customer_id, read_one.number.e164, read_one.locale) == ("wallet-7", "+447400123456", "en")
    assert (read_one.under_14, read_one.time_zone) == (False, "Europe/London")
    [said] = read_one.consents
    assert (said.purpose, said.decision, said.channels) == ("marketing", "given", ("sms",))
    assert said.said_at == datetime(2026, 8, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"customer_id": None}, "/customer_id"),
        ({"customer_id": "short"}, "/customer_id"),
        ({"customer_id": "07400123456"}, "/customer_id"),
        ({"customer_id": "cus-7400123456"}, "/customer_id"),
        ({"phone_number": None}, "/phone_number"),
        ({"phone_number": 447400123456}, "/phone_number"),
        ({"phone_number": LANDLINE}, "/phone_number"),
        ({"phone_number": "07400123456"}, "/phone_number"),
        ({"region": "gb"}, "/region"),
        ({"locale": "english please"}, "/locale"),
        ({"under_14": "no"}, "/under_14"),
        ({"under_14": True}, "/consents"),
        ({"time_zone": "Mars/Olympus"}, "/time_zone"),
        ({"time_zone": 1}, "/time_zone"),
        ({"consents": {}}, "/consents"),
        ({"consents": [word(), word()]}, "/consents"),
        ({"consents": ["yes"]}, "/consents/0"),
        ({"consents": [word(), word(purpose="account_security")]}, "/consents/1/purpose"),
        ({"consents": [word(purpose="horoscopes")]}, "/consents/0/purpose"),
        ({"consents": [word(decision="maybe")]}, "/consents/0/decision"),
        ({"consents": [word(said_at="2026-08-01")]}, "/consents/0/said_at"),
        ({"consents": [word(said_at="2026-11-21T12:00:01Z")]}, "/consents/0/said_at"),
        ({"consents": [word(said_at=None)]}, "/consents/0/said_at"),
        ({"consents": [word(notice_version=2)]}, "/consents/0/notice_version"),
        ({"consents": [word(notice_version=True)]}, "/consents/0/notice_version"),
        ({"consents": [word(locale="fr")]}, "/consents/0/notice_version"),
        ({"consents": [word(channels=[])]}, "/consents/0/channels"),
        ({"consents": [word(channels=["fax"])]}, "/consents/0/channels"),
        ({"consents": [word(channels=[["sms"]])]}, "/consents/0/channels"),
        ({"consents": [word(decision="refused")]}, "/consents/0/channels"),
        ({"consents": [word(surface="07400123456")]}, "/consents/0/surface"),
        ({"consents": [word(method="dreamt")]}, "/consents/0/method"),
        ({"consents": [word(valid_until="2026-08-01T08:00:00Z")]}, "/consents/0/valid_until"),
        ({"consents": [word(decision="refused", channels=None, valid_until="2027-08-01Z")]}, "/consents/0/valid_until"),
        ({"consents": [word(valid_until="0001-01-01T00:00:00+14:00")]}, "/consents/0/valid_until"),
        ({"name": "Ann"}, ""),
        ({"consents": [word(name="Ann")]}, "/consents/0"),
    ],
)  # fmt: skip
def test_each_flaw_names_its_field(members: dict[str, Any], field: str) -> None:
    assert fields({**row(), **members}) == [field]


def test_every_flaw_of_a_row_is_told_at_once() -> None:
    assert fields(row("nonsense", customer_id="x", consents=[word(decision="maybe"), word(said_at="?")])) == [
        *("/customer_id", "/phone_number", "/consents/0/decision", "/consents/1/said_at"),
    ]
    assert fields("no row") == [""]
    assert fields([]) == [""]


@pytest.mark.parametrize("place", ["customer_id", "phone_number", "region", "locale", "time_zone", "consents", "more"])
def test_no_value_stands_in_what_is_said_of_it(place: str) -> None:
    secret = "+44 7400 123456 is Ann's"
    said = str(flaws({**row(), place: secret}) + flaws({**row(), secret: 1}))
    assert "7400" not in said
    assert "Ann" not in said


@pytest.mark.parametrize("member", [*word(), "valid_until"])
def test_nor_in_what_is_said_of_a_consent(member: str) -> None:
    assert "7400" not in str(flaws(row(consents=[word(**{member: "0049 7400 123456"})])))


def test_a_test_number_is_nobody_s() -> None:
    review = TestNumber("+447700900123", "135790", "wallet-review", "2027-03-01")
    policy = replace(POLICY, rules=replace(POLICY.rules, test_numbers={"review": review}))
    with pytest.raises(BadRow):
        read_row(row("+447700900123"), policy, NOON)


def test_a_yes_ends_when_it_was_to_end_or_at_the_policy_s_term() -> None:
    said_at = datetime(2026, 8, 1, 8, tzinfo=UTC)
    [own] = read(row(consents=[word(valid_until="2026-12-01T00:00:00Z")])).consents
    [long] = read(row(consents=[word(valid_until="2036-12-01T00:00:00Z")])).consents
    [open_ended] = read(row(consents=[word(purpose="order_notice")])).consents
    [no] = read(row(consents=[word(decision="refused", channels=None)])).consents
    assert own.valid_until == datetime(2026, 12, 1, tzinfo=UTC)
    assert long.valid_until == said_at + timedelta(days=365)
    assert (open_ended.valid_until, no.valid_until) == (None, None)


def test_a_no_needs_no_notice_of_ours() -> None:
    [said] = read(row(consents=[word(decision="withdrawn", channels=None, notice_version=77)])).consents
    event = said.event("evt_1", "wallet-7", BATCH, POLICY, NOON)
    assert (event.event_type, event.notice_sha256, event.most_per_month) == ("withdrawn", "", None)


def test_the_event_says_when_it_was_brought_and_when_it_was_said() -> None:
    event = read(row()).consents[0].event("evt_1", "wallet-7", BATCH, POLICY, NOON)
    assert event.event_time == NOON.isoformat()
    assert event.origin == Origin("crm", "2026-11", "2026-08-01T08:00:00+00:00")
    assert (event.actor, event.actor_role, event.actor_client, event.method) == ("customer", "import", "crm", "written")
    assert event.most_per_month == POLICY.rules.purposes["marketing"].most_per_month
    assert ConsentEvent.from_canonical(event.canonical()) == event


@pytest.mark.parametrize("name", ["", "a" * 41, "c r m", "crm-13800138000", "+44"])
def test_a_source_has_a_plain_name(name: str) -> None:
    with pytest.raises(FieldInvalid):
        Provenance(name, "2026-11")
    with pytest.raises(FieldInvalid):
        Provenance("crm", name)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*row(), *word()]), inner, max_size=9),
    max_leaves=12,
)


@given(ANY, st.dictionaries(st.sampled_from([*row(), "region", "under_14", "time_zone"]), ANY))
def test_whatever_stands_there_is_read_or_refused(anything: object, some: dict[str, object]) -> None:
    for members in (anything, {**row(), **some}, row(consents=[anything])):
        with suppress(BadRow):
            assert isinstance(read(members), ImportRow)
