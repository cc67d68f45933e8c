"""What is asked for by right, until when it is answered, and why not."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.caller import ROLES, Caller
from chalicelib.domain.errors import ExtensionNotPossible, FieldInvalid, RightsRequestClosed
from chalicelib.domain.mistake import Mistake
from chalicelib.domain.months import months_after
from chalicelib.domain.rights import KINDS, RightsRequest, answered, extended, received, refused
from chalicelib.domain.rights_reasons import EXTENSIONS, REFUSALS, REMEDY, told
from chalicelib.domain.rights_rules import RightsRules
from tests.domain.samples import NOON, RULEBOOK, a_customer

RULES = RULEBOOK
instants = st.datetimes(datetime(2026, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
kinds = st.sampled_from(KINDS)
codes = st.sampled_from(sorted(REFUSALS))


def by(role: str) -> Caller:
    return Caller("app", "ann", frozenset({role}), NOON)


def a_request(
    kind: str = "access", at: datetime = NOON, role: str = "officer", details: str | None = None
) -> RightsRequest:
    return received(a_customer(), kind, details, by(role), at, RULES)


@given(kinds, instants)
def test_it_is_due_in_a_month_of_the_calendar(kind: str, at: datetime) -> None:
    request = a_request(kind, at)
    assert request.due_at == request.answer_by == months_after(at, 1)
    assert (request.status, request.is_open, request.lapses_at) == ("open", True, None)


@given(instants, st.timedeltas(timedelta(0), timedelta(days=120)))
def test_two_months_more_are_told_in_the_first_or_never(at: datetime, later: timedelta) -> None:
    request = a_request(at=at)
    if at + later > months_after(at, 1):
        with pytest.raises(ExtensionNotPossible):
            extended(request, "complex", at + later, RULES)
        return
    longer = extended(request, "complex", at + later, RULES)
    assert longer.due_at == longer.answer_by == months_after(at, 3)
    assert (longer.status, longer.extended_for, longer.extended_at) == ("extended", "complex", at + later)


def test_the_extension_counts_from_the_day_it_came() -> None:
    request = a_request(at=datetime(2027, 1, 31, tzinfo=UTC))
    assert extended(request, "complex", request.received_at, RULES).answer_by == datetime(2027, 4, 30, tzinfo=UTC)


def test_it_is_extended_once() -> None:
    longer = extended(a_request(), "complex", NOON, RULES)
    assert extended(longer, "complex", NOON + timedelta(days=40), RULES) is longer
    with pytest.raises(ExtensionNotPossible):
        extended(longer, "many_requests", NOON, RULES)


def test_an_extension_needs_a_reason_that_is_known() -> None:
    with pytest.raises(FieldInvalid, match="complex"):
        extended(a_request(), "holidays", NOON, RULES)


@given(instants, st.booleans())
def test_what_is_closed_leaves_the_index_and_ends_years_later(at: datetime, is_answered: bool) -> None:
    request = a_request(at=at)
    done = (
        answered(request, at, RULES, note="sent by post", by="ann")
        if is_answered
        else refused(request, "not_held", at, RULES, by="ann")
    )
    assert (done.due_at, done.is_open, done.closed_by, done.closed_at) == (None, False, "ann", at)
    assert done.lapses_at == at + timedelta(days=RULES.retention.case_days)
    # Whether it was in time can be told for as long as it is kept.
    assert done.answer_by == request.answer_by


@pytest.mark.parametrize("closed", ["answered", "refused"])
def test_what_is_closed_stays_so(closed: str) -> None:
    request = a_request()
    done = answered(request, NOON, RULES) if closed == "answered" else refused(request, "not_held", NOON, RULES, by="a")
    with pytest.raises(RightsRequestClosed):
        extended(done, "complex", NOON, RULES)
    with pytest.raises(RightsRequestClosed):
        answered(done, NOON, RULES)
    with pytest.raises(RightsRequestClosed):
        refused(done, "not_held", NOON, RULES, by="ann")


@given(kinds, codes)
def test_a_reason_is_given_for_its_own_rights_only(kind: str, code: str) -> None:
    request = a_request(kind)
    if REFUSALS[code].allows(kind):
        assert refused(request, code, NOON, RULES, by="ann").refused_for == code
        return
    with pytest.raises(FieldInvalid) as refusal:
        refused(request, code, NOON, RULES, by="ann")
    assert code not in refusal.value.reason


def test_a_no_to_advertising_is_refused_to_nobody_who_is_known() -> None:
    assert [code for code, reason in REFUSALS.items() if reason.allows("objection")] == ["identity_not_proved"]


def test_a_hold_keeps_from_erasing_and_from_nothing_else() -> None:
    assert [kind for kind in KINDS if REFUSALS["hold_active"].allows(kind)] == ["erasure"]


@pytest.mark.parametrize(
    "text",
    [
        "call me at 13800138000",
        "+86 138 0013 8000",
        "１３８００１３８０００",
        "138\u200d0013\u200d8000",
        "",
        "  ",
        "x" * 501,
        "a\nb",
    ],
)
def test_no_text_holds_a_number(text: str) -> None:
    with pytest.raises(FieldInvalid) as refusal:
        a_request(details=text)
    assert refusal.value.pointer == "/details"
    with pytest.raises(FieldInvalid) as refusal:
        answered(a_request(), NOON, RULES, note=text)
    assert refusal.value.pointer == "/note"
    assert not re.search(r"\d{4}", refusal.value.reason.replace("500", ""))


@pytest.mark.parametrize("role", ["wallet", "customer", "officer"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_answers_itself(kind: str, role: str) -> None:
    alone = {
        "customer": {"access", "portability", "explanation", "objection", "erasure"},
        "wallet": {"access", "portability", "explanation", "objection"},
        "officer": set(),
    }
    assert a_request(kind, role=role).answers_itself is (kind in alone[role])
    # Words are for a person.
    assert a_request(kind, role=role, details="the calls of May, please").answers_itself is False


def test_every_role_that_asks_is_one_that_calls() -> None:
    assert {"wallet", "customer", "officer"} <= set(ROLES)


@pytest.mark.parametrize(("name", "reason"), [*EXTENSIONS.items(), *REFUSALS.items()])
def test_every_reason_names_its_law_and_speaks_both_languages(name: str, reason: object) -> None:
    found = {**EXTENSIONS, **REFUSALS}[name]
    assert re.search(r"(GDPR|PIPL) \d+", found.law)
    assert set(found.sentences) == {"en", "zh-CN"} == set(REMEDY)
    assert told(found.sentences, "fr") == found.sentences["en"]
    assert told(found.sentences, "zh") == found.sentences["zh-CN"]
    assert found.kinds <= set(KINDS)
    assert reason is found


@pytest.mark.parametrize(
    "changes", [{"answer_months": 0}, {"answer_months": 2}, {"extension_months": 3}, {"warning_days": 29}]
)
def test_no_policy_takes_longer_than_the_law(changes: dict[str, int]) -> None:
    with pytest.raises(Mistake):
        replace(RightsRules(1, 2, 7), **changes)
