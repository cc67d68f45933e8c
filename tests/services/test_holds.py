"""What an officer or a law holds is not erased, and used for nothing; what is released goes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.certificate import ErasureCertificate
from chalicelib.domain.customer import Customer, WrappedKey
from chalicelib.domain.errors import (
    CaseHoldsOff,
    CustomerPurged,
    CustomerRestricted,
    FieldInvalid,
    HoldActive,
    NotFound,
)
from chalicelib.domain.gate import ContactQuestion
from chalicelib.domain.holds import MOST_CASES, CaseHold, LiftedHold
from tests.services.staged_store import StagedAdapters
from tests.services.test_erase_customer import erase, law_on
from tests.services.world import KEY, OFFICER, STAFF, World, keyed

REASON = "A dispute about an order"


def cases_on(world: World) -> None:
    rules = world.policy.rules
    on = replace(rules, case_holds=replace(rules.case_holds, on=True))
    world.adapters.policy = replace(world.policy, rules=on)
    world.__dict__.pop("ringfence", None)


def place(world: World, customer: Customer, days: int = 30, key: str | None = None) -> CaseHold:
    review_at = world.adapters.clock.at + timedelta(days=days)
    asked = keyed(key, repr((customer.id, days)).encode(), "hold", OFFICER)
    return world.ringfence.change_holds.place(OFFICER, customer.id, REASON, review_at, asked)


def test_off_there_are_none(world: World) -> None:
    with pytest.raises(CaseHoldsOff):
        place(world, world.customer())


def test_a_hold_forbids_erasing_and_nothing_else(world: World) -> None:
    cases_on(world)
    customer = world.customer()
    hold = place(world, customer)
    assert (hold.officer, hold.reason) == (OFFICER.subject, REASON)
    assert world.token(customer, "sms", "account_security")
    with pytest.raises(HoldActive) as held:
        erase(world, customer)
    assert (held.value.laws, held.value.case) == ((), True)
    kept = world.row(Customer, customer.id)
    assert (kept.status, kept.number) == ("restricted", customer.number)


def test_what_is_held_outlasts_every_date_and_goes_when_it_is_released(world: World) -> None:
    cases_on(world)
    customer = world.customer()
    first, second = place(world, customer), place(world, customer)
    world.close(customer)
    for _ in range(3):
        world.later(days=400)
        world.purge()
    assert world.row(Customer, customer.id).number == customer.number
    world.ringfence.change_holds.lift(OFFICER, customer.id, first.id, None)
    world.purge()
    assert world.row(Customer, customer.id).number == customer.number
    world.ringfence.change_holds.lift(OFFICER, customer.id, second.id, None)
    assert world.purge().erased["account_closed"] == 1
    assert world.row(ErasureCertificate, customer.id).reason == "account_closed"


def test_what_was_held_for_long_is_not_late_when_it_is_released(world: World) -> None:
    cases_on(world)
    customer = world.customer()
    hold = place(world, customer, days=180)
    world.close(customer)
    world.later(days=100)
    world.purge()
    world.ringfence.change_holds.lift(OFFICER, customer.id, hold.id, None)
    assert world.row(Customer, customer.id).due_at == world.adapters.clock.at
    world.later(hours=1)
    run = world.purge()
    assert (run.erased, run.oldest_lateness_seconds) == ({"account_closed": 1}, 3600)


def test_who_placed_and_lifted_a_hold_can_be_shown_for_years(world: World) -> None:
    cases_on(world)
    customer = world.customer()
    hold = place(world, customer)
    world.later(days=1)
    other = replace(OFFICER, subject="bob")
    for _ in range(2):
        world.ringfence.change_holds.lift(other, customer.id, hold.id, keyed(KEY, b"", "lift", other))
    (shown,) = world.rows(LiftedHold)
    assert (shown.customer_id, shown.hold_id, shown.reason) == (customer.id, hold.id, REASON)
    assert (shown.officer, shown.placed_at) == (OFFICER.subject, hold.placed_at)
    assert (shown.lifted_by, shown.lifted_at) == ("bob", world.adapters.clock.at)
    erase(world, customer)
    world.later(days=world.policy.rules.retention.case_days - 1)
    assert world.store.get(LiftedHold, shown.id) == shown
    world.later(days=1)
    assert world.store.get(LiftedHold, shown.id) is None


def test_an_overdue_review_is_told_once_until_the_next(world: World) -> None:
    cases_on(world)
    customer = world.customer()
    hold = place(world, customer, days=30)
    world.close(customer)
    world.later(days=30)
    for _ in range(3):
        world.purge()
        world.later(hours=1)
    told = [figures for event, figures in world.adapters.journal.notes if event == "hold_review_overdue"]
    assert told == [{"hold": hold.id}]
    (case,) = world.row(Customer, customer.id).cases
    assert case.overdue_at is not None
    again = world.ringfence.change_holds.review(customer.id, hold.id, world.adapters.clock.at + timedelta(days=2), None)
    assert again.overdue_at is None
    world.later(days=2)
    world.purge()
    assert [event for event, _ in world.adapters.journal.notes].count("hold_review_overdue") == 2


def test_a_review_hides_nothing_else_that_is_due(world: World) -> None:
    cases_on(world)
    customer = world.customer()
    world.say(customer, purpose="marketing", channels=("sms",))
    place(world, customer, days=30)
    world.later(days=365)
    world.purge()
    world.purge()
    assert world.row(Customer, customer.id).consents["marketing"].decision == "expired"


@pytest.mark.parametrize("days", [-1, 0, 181])
def test_a_review_is_in_the_time_that_the_policy_allows(world: World, days: int) -> None:
    cases_on(world)
    customer = world.customer()
    with pytest.raises(FieldInvalid):
        place(world, customer, days)
    hold = place(world, customer, 180)
    with pytest.raises(FieldInvalid):
        world.ringfence.change_holds.review(customer.id, hold.id, world.adapters.clock.at + timedelta(days=days), None)


def test_a_repeat_is_the_same_hold(world: World) -> None:
    cases_on(world)
    customer = world.customer()
    assert place(world, customer, key=KEY) == place(world, customer, key=KEY)
    assert len(world.row(Customer, customer.id).cases) == 1


def test_there_is_room_for_so_many(world: World) -> None:
    cases_on(world)
    customer = world.customer()
    for _ in range(MOST_CASES):
        place(world, customer)
    with pytest.raises(FieldInvalid):
        place(world, customer)


def test_what_there_is_not_cannot_be_held_or_released(world: World) -> None:
    cases_on(world)
    customer = world.customer()
    with pytest.raises(NotFound):
        world.ringfence.change_holds.lift(OFFICER, customer.id, "hold_of_nobody", None)
    assert world.rows(LiftedHold) == []
    erase(world, customer)
    with pytest.raises(CustomerPurged):
        place(world, customer)


def test_a_hold_that_is_a_moment_faster_keeps_the_keys() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    cases_on(world)
    customer = world.customer()
    world.close(customer)
    # The commit that takes the keys.
    adapters.store.before(WrappedKey, lambda: place(world, customer))
    with pytest.raises(HoldActive):
        erase(world, customer)
    assert customer.key_ids == {key.key_id for key in world.rows(WrappedKey)}


def test_a_hold_that_comes_too_late_holds_nothing() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    cases_on(world)
    customer = world.customer()
    refused: list[bool] = []

    def too_late() -> None:
        with pytest.raises(CustomerPurged):
            place(world, customer)
        refused.append(True)

    adapters.store.before(ErasureCertificate, too_late)
    erase(world, customer)
    assert refused == [True]
    assert world.row(Customer, customer.id).status == "purged"


def test_a_restricted_number_is_used_for_nothing(world: World) -> None:
    law_on(world)
    customer, engine = world.customer(), world.ringfence
    with pytest.raises(HoldActive):
        erase(world, customer)
    for purpose in world.policy.rules.purposes:
        for channel in ("sms", "call", "app"):
            answer = engine.decide_contact(STAFF, ContactQuestion(customer.id, purpose, channel), None)
            assert (answer.decision.reason, answer.token) == ("customer_restricted", None)
    for refused in (
        lambda: engine.note_age(customer.id, True, None),
        lambda: engine.set_time_zone(customer.id, "Europe/Paris", None),
        lambda: engine.set_locale(customer.id, "zh-CN", None),
        lambda: world.start(None, purpose="step_up", customer_id=customer.id),
        lambda: world.say(customer),
    ):
        with pytest.raises(CustomerRestricted):
            refused()
    assert world.say(customer, "withdrawn").event_type == "withdrawn"
    assert engine.export_customer(customer.id).customer.status == "restricted"
