"""What the clock has to do, and when: no date is earlier than a hold, and none is forgotten."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.closing import closed, erasure_wished, ledger_erased, purged
from chalicelib.domain.customer import ConsentState, Customer
from chalicelib.domain.erasure import ErasureWish, shredded
from chalicelib.domain.holds import CaseHold, holding, lifted, overdue, placed, reviewed
from chalicelib.domain.rules import Rules
from chalicelib.domain.schedule import (
    ACCOUNT_CLOSED,
    ERASURE_ASKED,
    INACTIVE,
    LAST_BASIS_WITHDRAWN,
    LEDGER_RETENTION_ENDED,
    NEVER_PROVED,
    REVIEW_OVERDUE,
    WITH_GRACE,
    dated,
    due,
    erased_at,
)
from tests.domain.samples import NOON, RULEBOOK, a_customer

DAY = timedelta(days=1)
days = st.integers(0, 4000)
instants = st.integers(0, 4000).map(lambda count: NOON + count * DAY)
reasons = st.sampled_from([ACCOUNT_CLOSED, ERASURE_ASKED, INACTIVE, LAST_BASIS_WITHDRAWN, NEVER_PROVED])


def consent(decision: str, at: datetime, until: datetime | None = None) -> ConsentState:
    return ConsentState(decision, 1, "en", ("sms",), "evt_1", at, until)


def a_case(number: int = 1, review_at: datetime = NOON + 30 * DAY) -> CaseHold:
    return CaseHold(f"hold_{number}", "olga", "a dispute", NOON, review_at)


def ruled(**retention: int) -> Rules:
    return replace(RULEBOOK, retention=replace(RULEBOOK.retention, **retention))


def with_laws(on: dict[str, int]) -> Rules:
    """The laws of these names are on, for so many days."""
    some = next(iter(RULEBOOK.holds.values()))
    return replace(RULEBOOK, holds={name: replace(some, days=count, on=True) for name, count in on.items()})


def without_contract() -> Rules:
    purposes = {name: it for name, it in RULEBOOK.purposes.items() if it.basis != "contract"}
    return replace(RULEBOOK, purposes=purposes)


laws = st.dictionaries(st.sampled_from(["aml", "commerce", "tax"]), st.integers(1, 4000))
heads: st.SearchStrategy[Customer] = st.builds(
    lambda ends, seen, cases, status: a_customer(
        consents={f"p{number}": consent("given", NOON, end) for number, end in enumerate(ends)},
        seen_at=seen,
        cases=tuple(a_case(number, review) for number, review in enumerate(cases)),
        status=status,
    ),
    st.lists(st.none() | instants, max_size=3),
    st.none() | instants,
    st.lists(instants, max_size=3),
    st.sampled_from(["active", "imported"]),
)


@given(heads, laws)
def test_a_head_is_dated_once(head: Customer, on: dict[str, int]) -> None:
    rules = with_laws(on)
    once = dated(head, rules)
    assert dated(once, rules) is once
    assert (once.due_at, once.due_reason) == (due(head, rules) or (None, None))


@given(heads, laws, reasons, instants)
def test_nobody_is_erased_while_anything_holds(head: Customer, on: dict[str, int], reason: str, at: datetime) -> None:
    rules = with_laws(on)
    ended = closed(head, at, rules, reason)
    if ended.cases:
        assert erased_at(ended, rules) is None
        assert ended.due_reason in (None, REVIEW_OVERDUE)
        return
    assert ended.due_at is not None
    assert ended.due_at == max(
        [at + (30 * DAY if reason in WITH_GRACE else 0 * DAY), *(at + n * DAY for n in on.values())]
    )
    assert holding(ended, rules, ended.due_at) == []
    assert len(holding(ended, rules, at)) == len(on)


@given(heads, laws, instants, days)
def test_a_wish_brings_the_end_forward_and_past_no_hold(
    head: Customer, on: dict[str, int], at: datetime, later: int
) -> None:
    rules = with_laws(on)
    ended = closed(replace(head, cases=()), at, rules)
    wish = ErasureWish("customer", at + later * DAY)
    asked = erasure_wished(ended, wish, rules)
    assert (asked.wish, asked.closed_at, asked.due_reason) == (wish, at, ERASURE_ASKED)
    assert asked.due_at == max([wish.asked_at, *(at + n * DAY for n in on.values())])
    assert erasure_wished(asked, ErasureWish("officer", NOON), rules) is asked


@given(heads, instants)
def test_after_the_number_the_ledger_key_and_then_nothing(head: Customer, at: datetime) -> None:
    gone = purged(shredded(closed(replace(head, cases=()), at, RULEBOOK), at), at, RULEBOOK)
    assert (gone.due_at, gone.due_reason) == (at + 1095 * DAY, LEDGER_RETENTION_ENDED)
    forgotten = ledger_erased(gone, at, RULEBOOK)
    assert (forgotten.due_at, forgotten.due_reason) == (None, None)


@given(heads)
def test_the_earliest_date_of_an_open_contract_counts(head: Customer) -> None:
    rules = ruled(inactive_days=400)
    ends = [it.valid_until for it in head.consents.values() if it.valid_until is not None]
    unproved = [NOON + 365 * DAY] if head.status == "imported" else []
    lonely = max(NOON, head.seen_at or NOON) + 400 * DAY
    assert dated(head, rules).due_at == min([*ends, *unproved, lonely, *(it.review_at for it in head.cases)])


def test_off_nobody_is_too_long_away_and_nothing_is_due() -> None:
    assert due(a_customer(seen_at=NOON), ruled(inactive_days=0)) is None
    assert due(a_customer(status="imported"), ruled(imported_days=0)) is None


def test_the_last_basis_is_gone_when_no_purpose_and_no_consent_is_left() -> None:
    rules = without_contract()
    given_one = a_customer(consents={"marketing": consent("given", NOON)})
    assert due(given_one, rules) is None
    said_no = a_customer(consents={"marketing": consent("withdrawn", NOON + DAY), "survey": consent("refused", NOON)})
    assert due(said_no, rules) == (NOON + 31 * DAY, LAST_BASIS_WITHDRAWN)
    assert due(said_no, RULEBOOK) is None


def test_a_review_is_due_once_until_the_next_and_a_lifted_hold_never() -> None:
    head: Any = dated(placed(placed(a_customer(), a_case()), a_case(2, NOON + 60 * DAY)), RULEBOOK)
    assert (head.due_at, head.due_reason) == (NOON + 30 * DAY, REVIEW_OVERDUE)
    told = dated(overdue(head, NOON + 31 * DAY), RULEBOOK)
    assert told.due_at == NOON + 60 * DAY
    again = dated(reviewed(told, "hold_1", NOON + 50 * DAY), RULEBOOK)
    assert again.due_at == NOON + 50 * DAY
    assert dated(lifted(lifted(again, "hold_1", NOON), "hold_2", NOON), RULEBOOK).due_at is None
