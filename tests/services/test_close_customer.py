"""The end of a contract takes effect at once and is not postponed by asking again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.errors import NotFound
from chalicelib.domain.gate import ContactQuestion
from tests.services.staged_store import StagedAdapters
from tests.services.world import KEY, STAFF, World, at_once, only


def test_the_number_is_free_and_the_customer_restricted(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    closed = world.close(customer)
    assert closed == world.row(Customer, customer.id)
    assert (closed.status, closed.due_at) == ("restricted", world.adapters.clock.at + timedelta(days=30))
    assert world.holder() is None
    answer = world.ringfence.decide_contact(STAFF, ContactQuestion(customer.id, "order_notice", "sms"), None)
    assert (answer.decision.reason, answer.token) == ("customer_restricted", None)


@pytest.mark.parametrize("key", [None, KEY])
def test_closing_again_changes_nothing(world: World, key: str | None) -> None:
    customer = world.customer()
    closed = world.close(customer, key)
    world.later(days=1)
    assert world.close(customer, key) == closed
    assert world.close(customer) == closed


def test_many_closings_at_once_agree(world: World) -> None:
    customer = world.customer()
    results = at_once(lambda _: world.close(customer), 20)
    assert len(only(results, Customer)) == 20
    assert {(closed.status, closed.due_at) for closed in only(results, Customer)} == {
        ("restricted", world.row(Customer, customer.id).due_at)
    }


def test_a_consent_that_was_faster_is_kept() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = world.customer()
    adapters.store.before(Customer, lambda: world.say(customer))
    closed = world.close(customer)
    assert closed.status == "restricted"
    assert closed.consents["order_notice"].decision == "given"
    assert world.damage(customer) is None


def test_a_later_holder_of_the_number_keeps_it(world: World) -> None:
    old = world.customer()
    world.close(old)
    new = world.customer()
    world.close(old)
    assert world.holder() == new.id


def test_an_owner_who_came_between_two_reads_of_a_closing_keeps_the_number() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    old, new = world.customer(), []

    def change_hands() -> None:
        world.close(old)
        new.append(world.customer())

    adapters.store.before_get(TagHolder, change_hands)
    assert world.close(old).status == "restricted"
    assert world.holder() == new[0].id


def test_nobody_cannot_be_closed(world: World) -> None:
    with pytest.raises(NotFound):
        world.ringfence.close_customer("cus_of_nobody", None)


def test_the_clock_ends_no_contract_of_which_there_was_a_sign_in_that_moment() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    rules = world.policy.rules
    retention = replace(rules.retention, inactive_days=90)
    adapters.policy = replace(world.policy, rules=replace(rules, retention=retention))
    customer = world.customer()
    world.later(days=90)
    # The purge has read the head as due; in its commit the sign of life is quicker.
    adapters.store.before(Customer, lambda: world.ringfence.note_activity(customer.id, None))
    run = world.purge()
    assert world.row(Customer, customer.id).status == "active"
    assert (dict(run.ended), dict(run.failures)) == ({}, {})
    world.later(days=90)
    assert dict(world.purge().ended) == {"inactive": 1}
