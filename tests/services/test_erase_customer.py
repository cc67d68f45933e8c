"""Who asks to be erased is erased at once, unless something holds; and nothing brings them back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain import backups
from chalicelib.domain.caller import Caller
from chalicelib.domain.certificate import ErasureCertificate
from chalicelib.domain.claim import Claim
from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.contact import ContactToken, Message
from chalicelib.domain.customer import LEDGER_KEY, Customer, TagHolder, WrappedKey
from chalicelib.domain.errors import (
    CustomerPurged,
    HoldActive,
    IdempotencyKeyReused,
    NotFound,
)
from chalicelib.domain.life_rules import LawHold
from chalicelib.domain.session import HandOver
from chalicelib.domain.suppression import BY_ERASURE, BY_SMS, Suppression
from chalicelib.domain.throttle import ThrottleLog
from chalicelib.domain.verification import Verification
from tests.fakes import bearer, caller
from tests.services.world import KEY, NUMBER, OFFICER, OTHER_NUMBER, STAFF, World, keyed


def by_customer(customer: Customer) -> Caller:
    return caller("customer", "wallet-app", customer.id)


def erase(
    world: World, customer: Customer, *, never_again: bool = False, key: str | None = None, by: Caller | None = None
) -> ErasureCertificate:
    asked = keyed(key, repr((customer.id, never_again)).encode(), "erase")
    return world.ringfence.erase_customer(by or by_customer(customer), customer.id, never_again, asked)


def law_on(world: World, on: bool = True) -> None:
    """The anti-money-laundering law binds the company."""
    rules = world.policy.rules
    law = replace(rules.holds["anti_money_laundering"], on=on)
    holds = {**rules.holds, "anti_money_laundering": law}
    world.adapters.policy = replace(world.policy, rules=replace(rules, holds=holds))
    # Use cases hold the policy that they were made with.
    world.__dict__.pop("ringfence", None)


def a_life(world: World) -> Customer:
    """A customer with whatever can point to a number."""
    customer, engine, by_staff = world.customer(), world.ringfence, bearer(STAFF)
    world.say(customer, key=KEY)
    world.token(customer)
    engine.strongroom.send_message(
        by_staff, world.token(customer, "sms", "account_security"), "account_locked", {}, None
    )
    engine.issue_link(customer.id, None)
    engine.enter_by_link(engine.issue_link(customer.id, None).token)
    world.start(None, purpose="step_up", customer_id=customer.id)
    return customer


def test_nothing_that_points_to_the_number_is_left(world: World) -> None:
    customer = a_life(world)
    tag = world.tag()
    made = erase(world, customer)
    assert [key.key_id for key in world.rows(WrappedKey)] == [LEDGER_KEY]
    for kind in (Verification, Claim, ContactToken, Message, HandOver, TagHolder):
        assert world.rows(kind) == [], kind
    assert not [log for log in world.rows(ThrottleLog) if log.key.startswith("number#")]
    kept = repr(world.store.rows)
    assert tag not in kept
    assert NUMBER[-9:] not in kept
    assert str(customer.masked) not in kept
    assert made.erased == {
        "wrapped_keys": 1,
        "sealed_numbers": 1,
        "tags": 1,
        "verifications": 2,
        "claims": 1,
        "throttle_logs": 1,
        "contact_tokens": 2,
        "messages": 1,
        "sessions": 1,
        "links": 2,
    }
    assert len(world.ringfence.history(customer.id)) == 1
    assert world.damage(customer) is None


def test_the_certificate_says_what_was_done_and_what_is_kept(world: World) -> None:
    customer, now = world.customer(), world.adapters.clock.at
    made = erase(world, customer, by=OFFICER)
    assert (made.reason, made.asked_by, made.asked_at, made.erased_at) == ("erasure_asked", "officer", now, now)
    assert made.unrecoverable_at == now + backups.KEYS
    retention = world.policy.rules.retention
    until = {it.what: it.until for it in made.kept}
    assert until["consent_ledger"] == now + timedelta(days=retention.ledger_days)
    assert until["consent_ledger"] == world.row(Customer, customer.id).due_at
    assert until["access_log"] == now + timedelta(days=retention.access_log_days)
    assert until["aws_delivery_logs"] == now + timedelta(days=1)
    assert until["backups_of_the_head"] == now + timedelta(days=35)
    assert "suppression" not in until
    assert until["customer_id"] is None
    assert until["rights_requests"] is until["lifted_holds"] is None
    assert made.lapses_at == now + timedelta(days=retention.report_days)


@pytest.mark.parametrize("key", [None, KEY])
def test_a_repeat_is_the_same_certificate(world: World, key: str | None) -> None:
    customer = world.customer()
    made = erase(world, customer, key=key)
    world.later(hours=1)
    assert erase(world, customer, key=key) == made
    assert erase(world, customer, by=OFFICER) == made
    assert len(world.rows(ErasureCertificate)) == 1


def test_a_key_that_was_used_with_other_words_is_refused(world: World) -> None:
    customer = world.customer()
    erase(world, customer, key=KEY)
    with pytest.raises(IdempotencyKeyReused):
        erase(world, customer, never_again=True, key=KEY)


def test_nobody_cannot_be_erased(world: World) -> None:
    with pytest.raises(NotFound):
        world.ringfence.erase_customer(OFFICER, "cus_of_nobody", False, None)


def test_a_certificate_that_has_ended_leaves_the_customer_erased(world: World) -> None:
    customer = world.customer()
    made = erase(world, customer)
    del world.store.rows[ErasureCertificate, (made.customer_id,)]
    with pytest.raises(CustomerPurged):
        erase(world, customer)


def test_the_purge_certifies_too_and_says_that_nobody_asked(world: World) -> None:
    customer = world.customer()
    closed = world.close(customer)
    world.later(days=30)
    world.purge()
    made = world.row(ErasureCertificate, customer.id)
    assert (made.reason, made.asked_by, made.asked_at) == ("account_closed", "clock", closed.closed_at)
    assert made.unrecoverable_at == world.adapters.clock.at + backups.KEYS


def test_a_wish_after_the_closing_waits_for_no_grace(world: World) -> None:
    customer = world.customer()
    world.close(customer)
    world.later(days=3)
    made = erase(world, customer)
    assert (made.reason, made.asked_at) == ("erasure_asked", world.adapters.clock.at)


def test_a_law_is_named_and_the_purge_erases_when_it_ends(world: World) -> None:
    law_on(world)
    customer, now = world.customer(), world.adapters.clock.at
    with pytest.raises(HoldActive) as held:
        erase(world, customer)
    law: LawHold = world.policy.rules.holds["anti_money_laundering"]
    ends = now + timedelta(days=law.days)
    assert [(it.law, it.until) for it in held.value.laws] == [(law.law, ends)]
    assert not held.value.case
    kept = world.row(Customer, customer.id)
    assert (kept.status, kept.due_at, kept.due_reason) == ("restricted", ends, "erasure_asked")
    assert kept.number == customer.number
    world.later(days=law.days, microseconds=-1)
    assert world.purge().erased.get("erasure_asked") is None
    with pytest.raises(HoldActive):
        erase(world, customer)
    world.later(microseconds=1)
    assert world.purge().erased["erasure_asked"] == 1
    made = world.row(ErasureCertificate, customer.id)
    assert (made.asked_by, made.asked_at) == ("customer", now)


def test_a_law_that_is_turned_on_after_the_closing_holds_too(world: World) -> None:
    customer = world.customer()
    world.close(customer)
    law_on(world)
    world.later(days=30)
    assert world.purge().erased.get("account_closed") is None
    kept = world.row(Customer, customer.id)
    assert (kept.status, kept.number) == ("restricted", customer.number)
    assert kept.due_at is not None
    assert kept.due_at > world.adapters.clock.at + timedelta(days=3000)


def test_who_never_wants_to_hear_again_is_on_the_list_by_tag(world: World) -> None:
    customer, tag = world.customer(), world.tag()
    made = erase(world, customer, never_again=True)
    (row,) = world.rows(Suppression)
    assert (row.tag, row.source, row.stands) == (tag, BY_ERASURE, True)
    assert "suppression" in {it.what for it in made.kept}
    assert world.customer().suppressed_at == row.since


def test_without_that_wish_the_tag_is_nowhere(world: World) -> None:
    erase(world, world.customer())
    assert not world.rows(Suppression)


def test_the_wish_to_hear_nothing_can_be_added_while_a_law_holds(world: World) -> None:
    law_on(world)
    customer = world.customer()
    for never_again in (False, True):
        with pytest.raises(HoldActive):
            erase(world, customer, never_again=never_again)
    assert [row.source for row in world.rows(Suppression)] == [BY_ERASURE]


def test_a_number_that_somebody_else_has_by_now_is_not_theirs_to_silence(world: World) -> None:
    old = world.customer()
    world.close(old)
    new = world.customer()
    made = erase(world, old, never_again=True)
    assert not world.rows(Suppression)
    assert "suppression" not in {it.what for it in made.kept}
    assert world.holder() == new.id
    assert world.row(Customer, new.id) == new


def test_a_stop_after_the_contract_s_end_keeps_the_tag_and_is_certified(world: World) -> None:
    customer = world.customer()
    world.close(customer)
    world.ringfence.stop_advertising(world.tags(), BY_SMS, world.adapters.clock.at)
    made = erase(world, customer)
    assert [row.tag for row in world.rows(Suppression)] == [world.tag()]
    assert "suppression" in {it.what for it in made.kept}


def test_of_a_stop_that_was_taken_back_nothing_is_left(world: World) -> None:
    customer = world.customer()
    world.ringfence.stop_advertising(world.tags(), BY_SMS, world.adapters.clock.at)
    choice = ConsentChoice("marketing", "given", 1, "en", None, ("sms",), "preference_centre")
    world.ringfence.record_consent(by_customer(customer), customer.id, choice, None)
    assert [row.stands for row in world.rows(Suppression)] == [False]
    made = erase(world, customer)
    assert not world.rows(Suppression)
    assert made.erased["lifted_suppressions"] == 1
    assert "suppression" not in {it.what for it in made.kept}


def test_what_the_next_holder_took_back_is_theirs(world: World) -> None:
    old = world.customer()
    world.ringfence.stop_advertising(world.tags(), BY_SMS, world.adapters.clock.at)
    world.close(old)
    new = world.customer()
    choice = ConsentChoice("marketing", "given", 1, "en", None, ("sms",), "preference_centre")
    world.ringfence.record_consent(by_customer(new), new.id, choice, None)
    erase(world, old)
    assert [row.stands for row in world.rows(Suppression)] == [False]


def test_what_the_next_holder_says_is_not_certified_to_the_last(world: World) -> None:
    old = world.customer()
    world.ringfence.stop_advertising(world.tags(), BY_SMS, world.adapters.clock.at)
    world.close(old)
    world.customer()
    assert "suppression" not in {it.what for it in erase(world, old).kept}


def test_a_proof_of_another_number_is_certified_as_long_as_it_lasts(world: World) -> None:
    customer = world.customer()
    world.start(OTHER_NUMBER, purpose="number_change", customer_id=customer.id)
    world.later(minutes=5)
    made = erase(world, customer)
    (left,) = world.rows(Verification)
    until = {it.what: it.until for it in made.kept}["proofs_of_other_numbers"]
    assert left.due_at is not None
    assert until is not None
    assert left.due_at <= until <= left.due_at + timedelta(minutes=5)


def test_the_wish_to_hear_nothing_outlasts_a_yes_of_somebody_who_had_the_number_since(world: World) -> None:
    old = world.customer()
    world.ringfence.stop_advertising(world.tags(), BY_SMS, world.adapters.clock.at)
    world.close(old)
    world.later(days=1)
    new = world.customer()
    yes = ConsentChoice("marketing", "given", 1, "en", None, ("sms",), "settings")
    world.ringfence.record_consent(by_customer(new), new.id, yes, None)
    assert not any(row.stands for row in world.rows(Suppression))
    world.close(new)
    world.later(seconds=1)
    made = erase(world, old, never_again=True)
    assert [(row.source, row.stands) for row in world.rows(Suppression)] == [(BY_ERASURE, True)]
    assert "suppression" in {it.what for it in made.kept}
