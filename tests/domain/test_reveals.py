"""What is unusual about a reveal, whom it pauses, and when it takes two."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.access import access
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import FieldInvalid, NotFound, NotPermitted, PersonPaused
from chalicelib.domain.mistake import Mistake
from chalicelib.domain.reveal_approval import (
    AGE_SETTLES,
    APPROVAL_LIFETIME,
    RevealWish,
    approval_key,
    new_approval,
    takes_two,
)
from chalicelib.domain.reveal_rules import KINDS, MOST_REMEMBERED, RevealRules, WorkingHours
from chalicelib.domain.reveals import DAY, HOUR, Shown, Watch, anomalies, anomaly, new_watch, person
from chalicelib.domain.throttle import Limit
from tests.domain.samples import NOON, RETENTION, REVEALS, RULEBOOK, THROTTLES
from tests.fakes import caller

ANN = caller("staff", "call-centre", "ann")
BOB = caller("staff", "call-centre", "bob")
RULES = RevealRules("", 3, 3, ("cus_colleague",), ("prefix", "colleague"), 60)
DUBLIN = WorkingHours("07:00", "21:00", "Europe/Dublin")


def watching(*shown: tuple[float, str, str]) -> Watch:
    """Reveals as (hours before noon, customer, prefix), oldest first."""
    watch = new_watch("ann", NOON)
    for hours, customer, prefix in shown:
        watch = watch.one_more(Shown(NOON - timedelta(hours=hours), customer, prefix))
    return watch


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ([(0, "a", "p")], ()),
        ([(0.9, "a", "p"), (0, "a", "p")], ()),
        ([(0.9, "a", "p"), (0.5, "a", "p"), (0, "a", "p")], ("rate",)),
        ([(1, "a", "p"), (0.5, "a", "p"), (0, "a", "p")], ()),
        ([(20, "a", "p"), (10, "b", "p"), (0, "c", "p")], ("prefix",)),
        ([(20, "a", "p"), (10, "b", "p"), (0, "b", "p")], ()),
        ([(20, "a", "p"), (10, "b", "q"), (0, "c", "p")], ()),
        ([(20, "a", "p"), (10, "b", "p"), (5, "c", "p"), (0, "d", "q")], ()),
        ([(20, "a", "of last month"), (10, "b", "p"), (0, "c", "p")], ("prefix",)),
        ([(24, "a", "p"), (10, "b", "p"), (0, "c", "p")], ()),
        ([(0, "cus_colleague", "p")], ("colleague",)),
        ([(1.5, "cus_colleague", "p"), (0, "a", "p")], ()),
        ([(0.2, "a", "p"), (0.1, "b", "p"), (0, "cus_colleague", "p")], ("rate", "prefix", "colleague")),
    ],
)
def test_an_anomaly_is_what_the_policy_calls_one(
    shown: list[tuple[float, str, str]], expected: tuple[str, ...]
) -> None:
    last = "q" if shown[-1][2] == "q" else "p"
    assert anomalies(watching(*shown), RULES, [last, "of last month"]) == expected


@pytest.mark.parametrize(
    ("at", "is_night"),
    [
        # Irish summer time ends on 25 October 2026.
        ("2026-10-24T05:59:59", True),
        ("2026-10-24T06:00:00", False),
        ("2026-10-24T19:59:59", False),
        ("2026-10-24T20:00:00", True),
        ("2026-10-26T06:30:00", True),
        ("2026-10-26T20:59:00", False),
    ],
)
def test_night_is_by_the_company_s_clock(at: str, is_night: bool) -> None:
    instant = datetime.fromisoformat(at).replace(tzinfo=UTC)
    watch = new_watch("ann", instant).one_more(Shown(instant, "a", "p"))
    assert ("night" in anomalies(watch, replace(RULES, working_hours=DUBLIN), ["p"])) == is_night
    overnight = WorkingHours("21:00", "07:00", "Europe/Dublin")
    assert ("night" in anomalies(watch, replace(RULES, working_hours=overnight), ["p"])) != is_night
    assert "night" not in anomalies(watch, RULES, ["p"])


REVEAL = st.tuples(st.integers(0, 3000), st.sampled_from("abcdef"), st.sampled_from("pq"))


@given(st.lists(REVEAL, min_size=1, max_size=150), st.integers(2, 20), st.integers(2, 20))
def test_a_watch_says_the_same_as_all_that_was_ever_shown(
    steps: list[tuple[int, str, str]], rate: int, customers: int
) -> None:
    rules = replace(RULES, rate_per_hour=rate, customers_per_prefix=customers)
    watch, everything, at = new_watch("ann", NOON), [], NOON
    for seconds, customer, prefix in steps:
        at += timedelta(seconds=seconds)
        everything.append(Shown(at, customer, prefix))
        watch = watch.one_more(everything[-1])
        assert len(watch.shown) <= MOST_REMEMBERED
        assert watch.lapses_at >= at + DAY
        found = set(anomalies(watch, rules, [prefix]))
        lately = [each for each in everything[-MOST_REMEMBERED:] if each.at > at - DAY]
        near = {each.customer_id for each in lately if each.prefix == prefix}
        expected = {"rate"} if sum(each.at > at - HOUR for each in lately) >= rate else set()
        assert found == expected | ({"prefix"} if len(near) >= customers else set())


def test_a_watch_does_not_grow_for_ever() -> None:
    watch = watching(*((0, f"cus_{nth}", "p") for nth in range(MOST_REMEMBERED + 1)))
    assert [watch.shown[0].customer_id, watch.shown[-1].customer_id] == ["cus_1", f"cus_{MOST_REMEMBERED}"]


def test_a_pause_ends_to_the_microsecond_and_is_never_shortened() -> None:
    until = NOON + timedelta(minutes=60)
    paused = watching((0, "a", "p")).paused(until)
    with pytest.raises(PersonPaused) as refused:
        paused.require_unpaused(until - timedelta(microseconds=1))
    assert (refused.value.paused_until, refused.value.retry_after_seconds) == (until, 1)
    paused.require_unpaused(until)
    assert paused.paused(NOON).paused_until == until
    later = NOON + timedelta(days=3)
    # A row that lapsed would end the pause.
    assert paused.paused(later).lapses_at == later


def test_a_pause_that_is_over_is_forgotten() -> None:
    paused = watching((0, "a", "p")).paused(NOON + HOUR)
    assert paused.one_more(Shown(NOON + HOUR / 2, "b", "p")).paused_until == NOON + HOUR
    assert paused.one_more(Shown(NOON + HOUR, "b", "p")).paused_until is None


def test_persons_are_told_apart_by_system_and_name() -> None:
    names = (("a", "b"), ("a", "c"), ("b", "b"), ("a|b", "c"), ("a", "b|c"), ('a", "b', "c"), ("a", 'b", "c'))
    people = [caller("staff", client, who) for client, who in names]
    assert len({person(each) for each in people}) == len(names)
    assert "call-centre" not in person(ANN)


def test_others_are_told_who_and_of_whom_and_no_number() -> None:
    entry = access(ANN, "cus_1", "reveal", "order_notice", "call", (), NOON, RETENTION)
    said = anomaly("prefix", entry, NOON + HOUR)
    assert said.name == "RevealAnomaly"
    assert json.loads(said.detail()) == {
        "event_id": f"{entry.id}.prefix",
        "kind": "prefix",
        "entry_id": entry.id,
        "client_id": "call-centre",
        "subject": "ann",
        "customer_id": "cus_1",
        "at": "2026-11-21T12:00:00+00:00",
        "paused_until": "2026-11-21T13:00:00+00:00",
    }
    assert json.loads(anomaly("rate", entry, None).detail())["paused_until"] is None


WISH = RevealWish("call-centre", "ann", "cus_1", "order_notice", "the parents asked to be called", None)
OTHERS: dict[str, str] = {
    "client_id": "crm",
    "subject": "eve",
    "customer_id": "cus_2",
    "purpose": "marketing",
    "justification": "somebody else asked to be called",
    "ticket": "CASE-1",
}


@pytest.mark.parametrize("member", OTHERS)
def test_a_word_is_for_one_wish(member: str) -> None:
    assert replace(WISH, **{member: OTHERS[member]}).key != WISH.key


def test_the_same_wish_at_another_time_has_another_id() -> None:
    first, second = new_approval(WISH, NOON), new_approval(WISH, NOON)
    assert first.id != second.id
    assert approval_key(first.id) == approval_key(second.id) == WISH.key
    assert first.lapses_at == NOON + APPROVAL_LIFETIME
    assert new_approval(WISH, NOON + timedelta(seconds=0.9)).lapses_at == NOON + APPROVAL_LIFETIME


def test_a_colleague_agrees_and_nobody_else() -> None:
    asked = new_approval(WISH, NOON)
    agreed = asked.approved(asked.id, "cus_1", BOB)
    assert (asked.status, agreed.status, agreed.approved_by) == ("pending", "approved", "bob")
    with pytest.raises(NotPermitted):
        asked.approved(asked.id, "cus_1", ANN)
    for approval_id, customer_id, by in (
        (new_approval(WISH, NOON).id, "cus_1", BOB),
        (asked.id, "cus_2", BOB),
        (asked.id, "cus_1", caller("staff", "crm", "bob")),
    ):
        with pytest.raises(NotFound):
            asked.approved(approval_id, customer_id, by)
    assert agreed.approved(asked.id, "cus_1", caller("staff", "call-centre", "carl")) is agreed
    used = agreed.used(NOON)
    assert (used.status, used.approved(asked.id, "cus_1", BOB)) == ("used", used)


@pytest.mark.parametrize(
    ("pattern", "ticket", "is_taken"),
    [
        ("", None, True),
        ("", "CASE-1042", True),
        ("", "1234567", False),
        ("", "+4474001234567", False),
        ("", "138-0013-8000", False),
        ("", "CASE 1", False),
        ("", "a" * 64, True),
        ("", "a" * 65, False),
        ("", "", False),
        ("", "44#7400123456", False),
        ("", "TEL-07400123456", False),
        ("", "x07400123456", False),
        ("", "CASE-2026112100", False),
        ("", "CASE-202611210", True),
        ("", "CASE-20261121-042", True),
        ("CASE-[0-9]{12}", "CASE-202611210042", True),
        ("CASE-[0-9]{12}", "CASE-2026112100421", False),
        ("CASE-[0-9]+", None, False),
        ("CASE-[0-9]+", "CASE-7", True),
        ("CASE-[0-9]+", "xCASE-7", False),
        ("CASE-[0-9]+", "CASE-7x", False),
        ("[0-9]+", "1234567", False),
    ],
)
def test_a_ticket_is_one_of_the_company_s(pattern: str, ticket: str | None, is_taken: bool) -> None:
    rules = replace(RULES, ticket_pattern=pattern)
    if is_taken:
        rules.require_ticket(ticket)
        return
    with pytest.raises(FieldInvalid) as refused:
        rules.require_ticket(ticket)
    assert refused.value.pointer == "/ticket"


BROKEN: list[tuple[Any, dict[str, Any], str]] = [
    (REVEALS, {"ticket_pattern": "CASE-["}, "ticket_pattern"),
    (REVEALS, {"rate_per_hour": 1}, "rate_per_hour"),
    (REVEALS, {"rate_per_hour": 101}, "rate_per_hour"),
    (REVEALS, {"customers_per_prefix": 1}, "customers_per_prefix"),
    (REVEALS, {"customers_per_prefix": 101}, "customers_per_prefix"),
    (REVEALS, {"colleagues": ("short",)}, "colleagues"),
    (REVEALS, {"colleagues": ("+4474001234567",)}, "colleagues"),
    (REVEALS, {"pause_on": ("noise",)}, "pause_on"),
    (REVEALS, {"pause_minutes": 0}, "pause_minutes"),
    (REVEALS, {"pause_minutes": 10_081}, "pause_minutes"),
    (DUBLIN, {"begins": "24:00"}, "begins"),
    (DUBLIN, {"begins": "7:00"}, "begins"),
    (DUBLIN, {"ends": "21:60"}, "ends"),
    (DUBLIN, {"ends": "07:00"}, "ends"),
    (DUBLIN, {"time_zone": "Europe/Nowhere"}, "time_zone"),
    (DUBLIN, {"time_zone": "../etc/passwd"}, "time_zone"),
    (DUBLIN, {"time_zone": ""}, "time_zone"),
    (RULEBOOK, {"throttles": replace(THROTTLES, reveals_by_person=(Limit(3, 3600),))}, "reveals.rate_per_hour"),
    (RULEBOOK, {"throttles": replace(THROTTLES, reveals_by_person=(Limit(9, 86399),))}, "throttles.reveals_by_person"),
    (RULEBOOK, {"reveals": replace(REVEALS, customers_per_prefix=21)}, "reveals.customers_per_prefix"),
    (
        replace(RULEBOOK, reveals=replace(REVEALS, customers_per_prefix=20)),
        {"throttles": replace(THROTTLES, reveals_by_person=(Limit(19, 86_400), Limit(20, 604_800)))},
        "reveals.customers_per_prefix",
    ),
]


@pytest.mark.parametrize(("sound", "changes", "place"), BROKEN, ids=lambda it: str(it) if isinstance(it, dict) else "")
def test_a_broken_rule_says_where(sound: Any, changes: dict[str, Any], place: str) -> None:
    with pytest.raises(Mistake) as mistake:
        replace(sound, **changes)
    assert ".".join(mistake.value.path) == place


def test_every_kind_can_pause() -> None:
    assert replace(REVEALS, pause_on=KINDS).pause_on == KINDS


def test_as_many_customers_as_a_day_admits_can_be_unusual() -> None:
    reveals = replace(REVEALS, customers_per_prefix=20)
    assert replace(RULEBOOK, reveals=reveals).reveals == reveals


def test_a_child_s_age_that_is_taken_back_counts_for_a_day() -> None:
    adult = Customer("cus_1", NOON, NOON, "en", None, None, None, None)
    child = adult.of_age(True, NOON)
    assert [takes_two(each, NOON + HOUR) for each in (adult, child, child.of_age(False, NOON))] == [False, True, True]
    assert takes_two(child, NOON + timedelta(days=365))
    assert takes_two(child.of_age(False, NOON), NOON + AGE_SETTLES - timedelta(microseconds=1))
    assert not takes_two(child.of_age(False, NOON), NOON + AGE_SETTLES)
