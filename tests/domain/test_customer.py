"""A customer goes from active to restricted to purged, and never back."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from chalicelib.domain.cap import Share
from chalicelib.domain.customer import LEDGER_KEY, ConsentState
from chalicelib.domain.errors import CustomerPurged, CustomerRestricted
from chalicelib.domain.ledger import GENESIS, link
from tests.domain.samples import NOON, RETENTION, a_customer

LATER = NOON + timedelta(days=3)
STATE = ConsentState("given", 3, "en", ("sms",), "evt_1", NOON)


def test_closing_restricts_until_the_purge() -> None:
    closed = a_customer().closed(LATER, RETENTION)
    assert (closed.status, closed.closed_at) == ("restricted", LATER)
    assert (closed.due_at, closed.due_reason) == (LATER + timedelta(days=30), "last_basis_lapsed")
    assert closed.number is not None


def test_closing_again_postpones_nothing() -> None:
    closed = a_customer().closed(NOON, RETENTION)
    assert closed.closed(LATER, RETENTION) == closed
    purged = closed.purged(LATER, RETENTION)
    assert purged.closed(LATER, RETENTION) == purged


def test_purging_leaves_nothing_of_the_number_and_keeps_the_chain() -> None:
    event = link("cus_0123", (0, GENESIS), "evt_1", NOON, "c", b"sealed")
    customer = a_customer().with_consent("marketing", STATE, event).closed(NOON, RETENTION)
    purged = customer.purged(LATER, RETENTION)
    assert (purged.tag, purged.masked, purged.number) == (None, None, None)
    assert (purged.ledger_sequence, purged.ledger_hash) == (1, event.hash)
    assert (purged.due_at, purged.due_reason) == (LATER + timedelta(days=1095), "ledger_retention_ended")
    assert purged.ledger_sealed_forever() == replace(purged, consents={}, due_at=None, due_reason=None)


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
    closed = active.closed(NOON, RETENTION)
    assert (active.key_ids, closed.key_ids) == (both, both)
    purged = closed.purged(LATER, RETENTION)
    assert purged.key_ids == {LEDGER_KEY}
    assert purged.ledger_sealed_forever().key_ids == set()


def test_only_an_active_customer_is_active() -> None:
    a_customer().require_active()
    with pytest.raises(CustomerRestricted):
        a_customer(status="restricted").require_active()
    with pytest.raises(CustomerPurged):
        a_customer(status="purged").require_active()


def ending(days: int | None, decision: str = "given") -> ConsentState:
    return replace(STATE, decision=decision, valid_until=None if days is None else NOON + timedelta(days=days))


def test_the_clock_looks_at_a_customer_when_the_next_consent_ends() -> None:
    event = link("cus_0123", (0, GENESIS), "evt_1", NOON, "c", b"sealed")
    customer = a_customer(consents={"survey": ending(5), "forever": ending(None), "old": ending(1, "withdrawn")})
    after = customer.with_consent("marketing", ending(3), event)
    assert (after.due_at, after.due_reason) == (NOON + timedelta(days=3), "consent_expired")
    after = after.with_consent("marketing", ending(None, "withdrawn"), event)
    assert after.due_at == NOON + timedelta(days=5)
    after = after.with_consent("survey", ending(None, "expired"), event)
    assert (after.due_at, after.due_reason) == (None, None)


def test_what_a_closed_customer_says_moves_no_purge() -> None:
    event = link("cus_0123", (0, GENESIS), "evt_1", NOON, "c", b"sealed")
    closed = a_customer(consents={"marketing": ending(3)}).closed(NOON, RETENTION)
    after = closed.with_consent("marketing", ending(None, "withdrawn"), event)
    assert (after.due_at, after.due_reason) == (closed.due_at, closed.due_reason) != (None, None)


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
    kept |= {"test_number", "under_14", "of_age_at", "closed_at", "purged_at", "due_at", "due_reason", "version"}
    share = Share("digest", NOON, "ground")
    customer = a_customer(
        time_zones=("Europe/London",), own_time_zone="Europe/Paris", suppressed_at=NOON, shares={"marketing": (share,)}
    )
    purged = customer.closed(NOON, RETENTION).purged(NOON, RETENTION)
    left = {it.name: getattr(purged, it.name) for it in fields(purged) if it.name not in kept}
    assert all(not value for value in left.values()), left
