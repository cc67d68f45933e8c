"""The steps of a change of number, one by one and in any order."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.closing import closed
from chalicelib.domain.customer import LEDGER_KEY, ConsentState, Customer
from chalicelib.domain.held_number import HeldNumber, SealedNumber
from chalicelib.domain.life_rules import KEPT
from chalicelib.domain.number_change import BOTH, KINDS, NEW_ONLY, SWAP, TAKE_OVER, NumberChange, asked_for
from chalicelib.domain.number_news import claim_of, news
from chalicelib.domain.number_steps import (
    Step,
    Turn,
    begun,
    can_take,
    done,
    ended_by_clock,
    is_mutual,
    lost,
    proved_again,
    stopped,
    swapped,
)
from chalicelib.domain.rules import Rules
from chalicelib.domain.schedule import NUMBER_CHANGE_ENDED, dated
from tests.domain.samples import ADVERTISING, NOON, RULEBOOK, a_customer

HOUR = timedelta(hours=1)
LATER = NOON + 30 * HOUR
RULES = ADVERTISING.rules
GIVEN = ConsentState("given", 3, "en", ("sms",), "evt_1", NOON)
AGREED = {"marketing": GIVEN, "order_notice": GIVEN, "account_security": replace(GIVEN, decision="refused")}
OWN = a_customer().held
assert OWN is not None


def a_number(name: str = "new") -> HeldNumber:
    return HeldNumber(
        f"1.{name}", "+86*********02", "CN", SealedNumber(f"number_{name}", b"", b""), NOON + HOUR, None, ("UTC",)
    )


def a_change(kind: str = NEW_ONLY, number: HeldNumber | None = None, holder_id: str | None = None) -> NumberChange:
    return asked_for("chg_1", kind, number or a_number(), holder_id, NOON, RULES.number_change)


def rules_with(**changes: object) -> Rules:
    return replace(RULES, number_change=replace(RULES.number_change, **changes))  # type: ignore[arg-type]


def taking(*, allowed: bool = True, step_up: bool = False) -> Rules:
    return rules_with(take_over=replace(RULES.number_change.take_over, allowed=allowed, step_up=step_up))


def begin(kind: str, customer: Customer | None = None) -> Customer:
    return begun(customer or a_customer(), a_change(kind), NOON, RULES).after


def test_with_both_proved_the_new_number_counts_at_once_and_the_old_one_is_kept() -> None:
    after = begin(BOTH)
    assert (after.held, after.status) == (a_number(), "active")
    assert after.change is not None
    assert (after.change.other, after.change.effective) == (OWN, True)
    assert after.tags == {"1.tag", "1.new"}
    assert after.key_ids == {LEDGER_KEY, "number_1", "number_new"}


def test_with_the_new_one_proved_alone_the_old_number_counts_until_the_hold_is_over() -> None:
    waiting = begin(NEW_ONLY)
    assert waiting.held == OWN
    assert waiting.tags == {"1.tag", "1.new"}
    assert dated(waiting, RULES).due_at == NOON + 24 * HOUR
    assert dated(waiting, RULES).due_reason == NUMBER_CHANGE_ENDED
    (step,) = ended_by_clock(waiting, None, LATER, RULES)
    assert (step.name, step.after.held, step.after.change) == ("done", a_number(), None)
    assert step.after.tags == {"1.new"}
    assert step.after.key_ids == {LEDGER_KEY, "number_new"}


@pytest.mark.parametrize("kind", [SWAP, TAKE_OVER])
def test_what_another_customer_has_is_not_claimed_while_one_waits(kind: str) -> None:
    waiting = begin(kind)
    assert waiting.held == OWN
    assert waiting.tags == {"1.tag"}
    assert "number_new" in waiting.key_ids


def test_who_has_no_number_waits_for_nothing() -> None:
    step = begun(a_customer().having(None), a_change(), NOON, RULES)
    assert (step.name, step.after.status, step.after.held, step.after.change) == ("done", "active", a_number(), None)


def test_a_number_that_was_only_imported_can_stop_a_change_too() -> None:
    step = begun(a_customer(verified_at=None, status="imported"), a_change(), NOON, RULES)
    assert (step.name, step.after.status, step.after.tag) == ("begun", "imported", "1.tag")


@pytest.mark.parametrize("keeps", KEPT)
@pytest.mark.parametrize("kind", [BOTH, NEW_ONLY])
def test_consents_stay_as_the_policy_says_for_the_strength_of_the_change(kind: str, keeps: str) -> None:
    ended = {"all": set(), "not_commercial": {"marketing"}, "none": {"marketing", "order_notice"}}[keeps]
    lapsed = {"survey": replace(GIVEN, valid_until=NOON)}
    customer = a_customer(consents=AGREED | lapsed)
    name = "keeps" if kind == BOTH else "keeps_without_old"
    other = "none" if keeps == "all" else "all"
    rules = rules_with(**{"keeps": other, "keeps_without_old": other, name: keeps})
    step = begun(customer, a_change(kind), NOON, rules)
    if kind == NEW_ONLY:
        assert step.ended == ()
        (step,) = ended_by_clock(step.after, None, LATER, rules)
    assert set(step.ended) == ended


def test_the_end_of_the_hold_ends_no_consent_again() -> None:
    (step,) = ended_by_clock(
        begin(BOTH, a_customer(consents=AGREED)), None, LATER, rules_with(keeps_without_old="none")
    )
    assert step.ended == ()


@given(kind=st.sampled_from(KINDS))
def test_a_change_that_is_stopped_was_never_there(kind: str) -> None:
    customer = a_customer(consents=AGREED)
    change = begin(kind, customer).change
    assert change is not None
    step = stopped(begin(kind, customer), change)
    assert (step.name, step.after, step.ended) == ("stopped", customer, ())


def test_a_change_away_from_an_imported_number_that_is_stopped_leaves_it_unproved() -> None:
    imported = a_customer(status="imported", verified_at=None)
    begun_ = begin(BOTH, imported)
    assert begun_.change is not None
    assert stopped(begun_, begun_.change).after == imported


def test_a_swap_nobody_answers_and_a_take_over_that_is_not_allowed_lapse() -> None:
    for kind, rules in ((SWAP, RULES), (TAKE_OVER, taking(allowed=False)), (TAKE_OVER, taking(step_up=True))):
        (step,) = ended_by_clock(begin(kind), None, LATER, rules)
        assert (step.name, step.after) == ("lapsed", a_customer())


def test_two_who_swap_have_each_other_s_number_and_nothing_of_their_own() -> None:
    ann = a_customer(id="cus_ann", consents=AGREED)
    bob = a_customer(id="cus_bob", tag="1.bob", number=SealedNumber("number_bob", b"", b""), consents=AGREED)
    bob = begun(bob, a_change(SWAP, replace(a_number(), tag="1.tag"), "cus_ann"), NOON, RULES).after
    assert is_mutual(ann, bob, NOON)
    mine, theirs = swapped(ann, a_change(SWAP, a_number("bob"), "cus_bob"), bob, NOON, RULES)
    assert (mine.after.tag, theirs.after.tag) == ("1.bob", "1.tag")
    assert (mine.after.change, theirs.after.change) == (None, None)
    assert mine.ended == theirs.ended == ("marketing",)


@pytest.mark.parametrize("kind", [NEW_ONLY, BOTH, TAKE_OVER])
def test_no_other_change_of_the_partner_makes_a_swap(kind: str) -> None:
    partner = a_customer(id="cus_bob", change=a_change(kind, replace(a_number(), tag="1.tag"), "cus_0123"))
    assert not is_mutual(a_customer(), partner, NOON)
    assert not is_mutual(a_customer(), a_customer(id="cus_bob"), NOON)


def test_a_swap_is_with_the_customer_who_was_asked_and_for_the_number_they_had() -> None:
    asked = a_customer(id="cus_bob", change=a_change(SWAP, OWN, "cus_0123"))
    assert is_mutual(a_customer(), asked, NOON)
    assert not is_mutual(a_customer(id="cus_else"), asked, NOON)
    assert not is_mutual(a_customer(tag="1.else"), asked, NOON)


def test_whose_number_is_taken_over_has_none_and_keeps_everything_else() -> None:
    holder = a_customer(id="cus_old", tag="1.new", consents=AGREED, own_time_zone="Asia/Urumqi")
    waiting = begun(a_customer(), a_change(TAKE_OVER, holder_id="cus_old"), NOON, RULES).after
    taken, left = ended_by_clock(waiting, holder, LATER, taking())
    assert (taken.name, taken.after.held, taken.after.consents) == ("done", a_number(), {})
    assert (left.name, left.after.status, left.after.held) == ("lost", "unreachable", None)
    assert (left.after.consents, left.after.own_time_zone, left.ended) == (AGREED, "Asia/Urumqi", ())


@pytest.mark.parametrize(
    ("holder", "can"),
    [
        (None, True),
        (a_customer(id="cus_old", tag="1.new"), True),
        (a_customer(id="cus_old", tag="1.new", verified_at=None), True),
        (a_customer(id="cus_old", tag="1.new", verified_at=NOON + HOUR), False),
        (a_customer(id="cus_old", tag="1.else"), False),
        (a_customer(id="cus_third", tag="1.new"), False),
    ],
)
def test_a_number_can_be_taken_unless_its_holder_proves_it_again_or_another_has_it(
    holder: Customer | None, can: bool
) -> None:
    change = a_change(TAKE_OVER, holder_id="cus_old")
    assert can_take(change, holder) is can
    steps = ended_by_clock(a_customer(change=change), holder, LATER, taking())
    assert steps[0].name == ("done" if can else "lapsed")


def test_a_take_over_that_must_be_proved_again_has_as_long_for_it_as_its_hold() -> None:
    change = a_change(TAKE_OVER)
    assert change.until == NOON + timedelta(days=7)
    assert change.ends_at(taking().number_change) == change.until
    assert change.ends_at(taking(step_up=True).number_change) == NOON + timedelta(days=14)
    assert a_change(SWAP).ends_at(taking(step_up=True).number_change) == NOON + 24 * HOUR


@pytest.mark.parametrize("kind", KINDS)
def test_who_proves_the_number_they_are_leaving_stays(kind: str) -> None:
    turn = proved_again(begin(kind), ("1.tag",), LATER)
    assert isinstance(turn, Step)
    assert (turn.name, turn.after) == ("stopped", a_customer(verified_at=LATER, seen_at=LATER))


def test_who_proves_the_number_they_have_has_it_proved_and_no_other() -> None:
    known = {"carrier": "One", "looked_up_at": NOON}
    doubted = a_customer(doubted_at=NOON, doubt="ported", failed_deliveries=3, **known)
    proved = a_customer(verified_at=LATER, seen_at=LATER, **known)
    assert proved_again(doubted, ("1.tag",), LATER) == Turn(doubted, proved)
    assert proved_again(a_customer(), ("1.new",), LATER) is None
    assert proved_again(begin(NEW_ONLY), ("1.new",), LATER) is None
    after = begin(BOTH)
    turn = proved_again(after, ("1.new",), LATER)
    assert turn is not None
    assert turn.after == replace(after, verified_at=LATER, seen_at=LATER)


def test_an_older_proof_does_not_make_a_number_older() -> None:
    turn = proved_again(a_customer(), ("1.tag",), NOON - HOUR)
    assert turn is not None
    assert turn.after.verified_at == NOON


def test_a_proof_from_before_a_doubt_does_not_end_it() -> None:
    doubted = a_customer(doubted_at=LATER + HOUR, doubt="carrier_changed")
    turn = proved_again(doubted, ("1.tag",), LATER)
    assert turn is not None
    assert (turn.after.verified_at, turn.after.doubt) == (LATER, "carrier_changed")


def test_closing_ends_a_change_and_frees_both_numbers() -> None:
    ended = closed(begin(BOTH), LATER, RULEBOOK)
    assert (ended.change, ended.tags) == (None, frozenset())
    assert ended.key_ids == {LEDGER_KEY, "number_new"}


ACTS = st.sampled_from(["both", "new_only", "swap", "take_over", "stop", "end", "lose", "prove own", "prove other"])


@given(st.lists(ACTS, max_size=12))
def test_whatever_happens_a_number_is_whole_and_a_key_belongs_to_one(acts: list[str]) -> None:
    customer = a_customer(consents=AGREED)
    for turn, act in enumerate(acts):
        change = customer.change
        if act in KINDS:
            if change is None and (act != BOTH or customer.held is not None):
                customer = begun(customer, a_change(act, a_number(str(turn))), NOON, RULES).after
        elif act == "stop" and change is not None:
            customer = stopped(customer, change).after
        elif act == "end" and change is not None:
            customer = ended_by_clock(customer, None, LATER, taking())[0].after
        elif act == "lose":
            customer = lost(customer, a_change(TAKE_OVER)).after
        elif act.startswith("prove"):
            number = customer.held if act == "prove own" else change.other if change else None
            proved = proved_again(customer, number.tags, LATER) if number else None
            customer = proved.after if proved else customer
        assert customer.is_open
        assert (customer.status == "unreachable") == (customer.held is None)
        assert customer.key_ids == {LEDGER_KEY, *(it.number.key_id for it in customer.numbers)}
        assert customer.tags <= {it.tag for it in customer.numbers}
        assert customer.held is None or customer.held.tag in customer.tags


def test_others_hear_of_each_side_and_of_no_number() -> None:
    change = a_change(TAKE_OVER, holder_id="cus_old")
    told = [
        news(begun(a_customer(), change, NOON, RULES), NOON),
        claim_of(change, NOON),
        news(lost(a_customer(id="cus_old"), change), NOON),
        news(done(a_customer(change=change), change, NOON, RULES), NOON),
    ]
    assert [(it.customer_id, it.step) for it in told] == [
        ("cus_0123", "begun"),
        ("cus_old", "claimed"),
        ("cus_old", "lost"),
        ("cus_0123", "done"),
    ]
    assert len({it.event_id for it in told}) == 4
    for it in told:
        assert it.name == "NumberChange"
        assert not any(part in it.detail() for part in ("1.new", "1.tag", "+86", "number_new"))
