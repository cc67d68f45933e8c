"""A customer goes from active to restricted to purged, and never back."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from chalicelib.domain.cap import Share
from chalicelib.domain.closing import closed, ledger_erased, purged
from chalicelib.domain.customer import LEDGER_KEY, ConsentState
from chalicelib.domain.errors import CustomerPurged, CustomerRestricted, CustomerUnreachable
from chalicelib.domain.ledger import GENESIS, link
from chalicelib.domain.schedule import dated
from tests.domain.samples import NOON, RULEBOOK, a_customer, attempted

LATER = NOON + timedelta(days=3)
STATE = ConsentState("given", 3, "en", ("sms",), "evt_1", NOON)


def test_closing_restricts_until_the_purge() -> None:
    ended = closed(a_customer(), LATER, RULEBOOK)
    assert (ended.status, ended.closed_at, ended.closed_for) == ("restricted", LATER, "account_closed")
    assert (ended.due_at, ended.due_reason) == (LATER + timedelta(days=30), "account_closed")
    assert ended.number is not None


def test_closing_again_postpones_nothing() -> None:
    ended = closed(a_customer(), NOON, RULEBOOK)
    assert closed(ended, LATER, RULEBOOK) == ended
    gone = purged(ended, LATER, RULEBOOK)
    assert closed(gone, LATER, RULEBOOK) == gone


def test_purging_leaves_nothing_of_the_number_and_keeps_the_chain() -> None:
    event = link("cus_0123", (0, GENESIS), "evt_1", NOON, "c", b"sealed")
    gone = purged(closed(a_customer().with_consent("marketing", STATE, event), NOON, RULEBOOK), LATER, RULEBOOK)
    assert (gone.tag, gone.masked, gone.number) == (None, None, None)
    assert (gone.ledger_sequence, gone.ledger_hash) == (1, event.hash)
    assert (gone.due_at, gone.due_reason) == (LATER + timedelta(days=1095), "ledger_retention_ended")
    forgotten = replace(gone, consents={}, ledger_erased_at=LATER, due_at=None, due_reason=None)
    assert ledger_erased(gone, LATER, RULEBOOK) == forgotten


def test_a_consent_changes_its_own_purpose_only() -> None:
    event = link("cus_0123", (0, GENESIS), "evt_1", NOON, "c", b"sealed")
    before = a_customer(consents={"order_notice": STATE})
    after = before.with_consent("marketing", STATE, event)
    assert after.consents == {"order_notice": STATE, "marketing": STATE}
    assert before.consents == {"order_notice": STATE}
    assert replace(after, consents=before.consents, ledger_sequence=0, ledger_hash=GENESIS) == before


def test_a_customer_needs_each_key_as_long_as_something_is_sealed_under_it() -> None:
    active = a_customer()
    assert active.number is not None
    both = frozenset({LEDGER_KEY, active.number.key_id})
    ended = closed(active, NOON, RULEBOOK)
    assert (active.key_ids, ended.key_ids) == (both, both)
    gone = purged(ended, LATER, RULEBOOK)
    assert gone.key_ids == {LEDGER_KEY}
    assert ledger_erased(gone, LATER, RULEBOOK).key_ids == set()


@pytest.mark.parametrize("status", ["active", "imported"])
def test_who_has_a_number_and_a_contract_is_reachable(status: str) -> None:
    customer = a_customer(status=status)
    assert attempted(customer.require_open) is attempted(customer.require_reachable) is None


def test_who_has_lost_the_number_has_a_contract_and_cannot_be_reached() -> None:
    lost = a_customer(status="unreachable").having(None)
    assert attempted(lost.require_open) is None
    assert isinstance(attempted(lost.require_reachable), CustomerUnreachable)


@pytest.mark.parametrize(("status", "refusal"), [("restricted", CustomerRestricted), ("purged", CustomerPurged)])
def test_whose_contract_has_ended_is_neither(status: str, refusal: type[Exception]) -> None:
    for requirement in (a_customer(status=status).require_open, a_customer(status=status).require_reachable):
        with pytest.raises(refusal):
            requirement()


def ending(days: int | None, decision: str = "given") -> ConsentState:
    return replace(STATE, decision=decision, valid_until=None if days is None else NOON + timedelta(days=days))


def test_the_clock_looks_at_a_customer_when_the_next_consent_ends() -> None:
    event = link("cus_0123", (0, GENESIS), "evt_1", NOON, "c", b"sealed")
    customer = a_customer(consents={"survey": ending(5), "forever": ending(None), "old": ending(1, "withdrawn")})
    after = dated(customer.with_consent("marketing", ending(3), event), RULEBOOK)
    assert (after.due_at, after.due_reason) == (NOON + timedelta(days=3), "consent_expired")
    after = dated(after.with_consent("marketing", ending(None, "withdrawn"), event), RULEBOOK)
    assert after.due_at == NOON + timedelta(days=5)
    after = dated(after.with_consent("survey", ending(None, "expired"), event), RULEBOOK)
    assert (after.due_at, after.due_reason) == (None, None)


def test_what_a_closed_customer_says_moves_no_purge() -> None:
    event = link("cus_0123", (0, GENESIS), "evt_1", NOON, "c", b"sealed")
    ended = closed(a_customer(consents={"marketing": ending(3)}), NOON, RULEBOOK)
    after = dated(ended.with_consent("marketing", ending(None, "withdrawn"), event), RULEBOOK)
    assert (after.due_at, after.due_reason) == (ended.due_at, ended.due_reason) != (None, None)


def test_a_consent_has_lapsed_from_its_very_end_on() -> None:
    customer = a_customer(consents={"marketing": ending(3), "survey": ending(4), "no": ending(1, "withdrawn")})
    end = NOON + timedelta(days=3)
    assert customer.lapsed_consents(end - timedelta(microseconds=1)) == []
    assert customer.lapsed_consents(end) == ["marketing"]
    assert customer.lapsed_consents(end + timedelta(days=1)) == ["marketing", "survey"]


def test_a_word_of_the_very_moment_of_coming_of_age_is_a_child_s() -> None:
    grown = a_customer(under_14=True).of_age(under_14=False, at=LATER)
    for moment, is_child_s in ((LATER, True), (LATER + timedelta(microseconds=1), False)):
        state = replace(STATE, event_time=moment)
        assert grown.lacks_guardian(state) is is_child_s
        assert not grown.lacks_guardian(replace(state, by_guardian=True))
    assert not a_customer().lacks_guardian(STATE)


def test_a_purged_customer_keeps_nothing_but_what_is_listed() -> None:
    kept = {"id", "created_at", "verified_at", "locale", "status", "consents", "ledger_sequence", "ledger_hash"}
    kept |= {"under_14", "of_age_at", "closed_at", "closed_for", "purged_at", "due_at", "due_reason", "version"}
    share = Share("digest", NOON, "ground")
    customer = a_customer(
        time_zones=("Europe/London",), own_time_zone="Europe/Paris", suppressed_at=NOON, shares={"marketing": (share,)}
    )
    gone = purged(closed(customer, NOON, RULEBOOK), NOON, RULEBOOK)
    left = {it.name: getattr(gone, it.name) for it in fields(gone) if it.name not in kept}
    assert all(not value for value in left.values()), left
