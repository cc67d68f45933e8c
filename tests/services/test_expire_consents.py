"""A consent ends by itself: the gate knows at once, the ledger at the clock's next run, and nothing is said twice."""

from datetime import timedelta

import pytest

from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.gate import ContactQuestion
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.writes import Remove, kind_of
from tests.services.staged_store import StagedAdapters
from tests.services.world import STAFF, World, at_once

TYPES = ["given", "expired"]


def reason(world: World, customer: Customer) -> str:
    return world.ringfence.decide_contact(STAFF, ContactQuestion(customer.id, "marketing", "sms"), None).decision.reason


def types(world: World, customer: Customer) -> list[str]:
    return [event.event_type for event in world.ringfence.history(customer.id)]


def test_the_gate_refuses_from_the_instant_on_and_the_ledger_says_so_at_the_next_run(world: World) -> None:
    customer = world.customer()
    given = world.say(customer, purpose="marketing")
    assert given.valid_until == (world.adapters.clock.at + timedelta(days=365)).isoformat()
    assert given.most_per_month == 4
    world.later(days=365, microseconds=-1)
    assert reason(world, customer) == "consent_given"
    assert world.purge().ended == {}
    world.later(microseconds=1)
    assert (reason(world, customer), types(world, customer)) == ("consent_expired", ["given"])
    world.later(minutes=40)
    run = world.purge()
    assert (run.ended, run.erased, run.failures, run.oldest_lateness_seconds) == ({"consent_expired": 1}, {}, {}, 2400)
    assert (reason(world, customer), types(world, customer)) == ("consent_expired", TYPES)
    last = world.ringfence.history(customer.id)[-1]
    assert (last.actor, last.record_id, last.event_time) == (
        "system", given.record_id, world.adapters.clock.at.isoformat()
    )  # fmt: skip
    assert world.damage(customer) is None
    assert world.row(Customer, customer.id).due_at is None
    assert world.purge().ended == {}


def test_each_of_several_ends_on_its_own_day(world: World) -> None:
    customer = world.customer()
    world.say(customer, purpose="marketing")
    world.later(days=2)
    world.say(customer, purpose="satisfaction_survey")
    world.say(customer, purpose="order_notice")
    world.later(days=363)
    assert world.purge().ended == {"consent_expired": 1}
    world.later(days=2)
    assert world.purge().ended == {"consent_expired": 1}
    states = world.row(Customer, customer.id).consents
    assert {purpose: state.decision for purpose, state in states.items()} == {
        "marketing": "expired", "satisfaction_survey": "expired", "order_notice": "given"
    }  # fmt: skip


def test_what_ends_on_one_day_ends_in_one_run(world: World) -> None:
    customer = world.customer()
    for purpose in ("marketing", "satisfaction_survey"):
        world.say(customer, purpose=purpose)
    world.later(days=366)
    before = len(world.store.commits)
    assert world.purge().ended == {"consent_expired": 1}
    links = [sum(kind_of(write) is LedgerEvent for write in commit) for commit in world.store.commits[before:]]
    # And the run's own.
    assert [count for count in links if count] == [2, 1]
    assert types(world, customer) == ["given", "given", "expired", "expired"]
    assert world.damage(customer) is None


@pytest.mark.parametrize("decision", ["given", "withdrawn"])
def test_the_customer_s_own_word_that_was_faster_stands(decision: str) -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = world.customer()
    world.say(customer, purpose="marketing")
    world.later(days=366)
    adapters.store.before(LedgerEvent, lambda: world.say(customer, decision, "marketing"))
    run = world.purge()
    assert (run.ended, run.failures) == ({}, {})
    assert types(world, customer) == ["given", decision]


def test_runs_at_once_say_it_once(world: World) -> None:
    customer = world.customer()
    world.say(customer, purpose="marketing")
    world.later(days=366)
    at_once(lambda _: world.purge(), 10)
    assert types(world, customer) == TYPES


def test_a_consent_may_end_after_the_account_was_closed_and_the_purge_stays_on_its_day(world: World) -> None:
    customer = world.customer()
    world.say(customer, purpose="marketing")
    world.later(days=364)
    world.close(customer)
    world.later(days=10)
    run = world.purge()
    assert (run.ended, "account_closed" in run.erased) == ({}, False)
    world.later(days=20)
    assert world.purge().erased["account_closed"] == 1


def test_a_customer_without_ledger_key_is_a_failure_that_keeps_no_other(world: World) -> None:
    broken, whole = world.customer(), world.customer("+8613123456789")
    for customer in (broken, whole):
        world.say(customer, purpose="marketing")
    world.store.commit(Remove(world.row(WrappedKey, broken.id, LEDGER_KEY)))
    world.later(days=366)
    run = world.purge()
    assert (run.ended, run.failures) == ({"consent_expired": 1}, {"NotFound": 1})
    assert types(world, whole) == TYPES


def test_a_consent_given_again_lives_on(world: World) -> None:
    customer = world.customer()
    world.say(customer, purpose="marketing")
    world.later(days=200)
    world.say(customer, purpose="marketing")
    world.later(days=200)
    assert world.purge().ended == {}
    assert reason(world, customer) == "consent_given"


def test_where_nothing_has_ended_nothing_is_unlocked_or_written(world: World) -> None:
    customer = world.customer()
    world.say(customer, purpose="marketing")
    world.store.commit(Remove(world.row(WrappedKey, customer.id, LEDGER_KEY)))
    commits = len(world.store.commits)
    assert world.ringfence.expire_consents(customer.id) == 0
    assert len(world.store.commits) == commits
