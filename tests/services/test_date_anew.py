"""After a change of the policy every head has its dates, and nothing happens before an officer says so."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.domain.customer import Customer
from chalicelib.domain.writes import Replace
from chalicelib.services.date_anew import DatingReport
from tests.fakes import NOON
from tests.services.staged_store import StagedAdapters
from tests.services.world import NUMBER, OTHER_NUMBER, World

DAY = timedelta(days=1)


def under(world: World, *, inactive_days: int = 0, held: bool = False, reverify_days: int = 365) -> None:
    """Another policy is in force."""
    rules = world.policy.rules
    holds = {name: replace(law, on=held and name == "e_commerce") for name, law in rules.holds.items()}
    freshness = replace(rules.freshness, reverify_days=reverify_days)
    retention = replace(rules.retention, inactive_days=inactive_days)
    changed = replace(rules, holds=holds, freshness=freshness, retention=retention)
    world.adapters.policy = replace(world.policy, rules=changed)
    vars(world).pop("ringfence", None)


def test_whoever_was_silent_before_the_rule_came_ends_by_it() -> None:
    world = World(StagedAdapters())
    ann, bob = world.customer(NUMBER, "customer-ann"), world.customer(OTHER_NUMBER, "customer-bob")
    world.later(days=400)
    world.ringfence.note_activity(bob.id, None)
    under(world, inactive_days=365)
    world.purge()
    assert world.row(Customer, ann.id).due_at is None
    said = world.ringfence.date_anew(False)
    assert said == DatingReport(2, {"inactive": 1}, {"inactive": 1}, {}, True)
    assert world.row(Customer, ann.id).due_at is None
    assert world.ringfence.date_anew(True) == said
    assert world.ringfence.date_anew(True).due == {}
    world.purge()
    statuses = [world.row(Customer, each.id).status for each in (ann, bob)]
    assert statuses == ["restricted", "active"]


def test_a_law_that_is_turned_off_lets_everybody_go_and_one_that_is_turned_on_holds() -> None:
    world = World(StagedAdapters())
    under(world, held=True)
    ann = world.close(world.customer(NUMBER, "customer-ann"))
    assert ann.due_at is not None
    assert ann.due_at > NOON + 900 * DAY
    under(world)
    assert world.ringfence.date_anew(True).later == {"account_closed": 1}
    assert world.row(Customer, ann.id).due_at == NOON + 30 * DAY
    under(world, held=True)
    assert world.ringfence.date_anew(True).later == {"account_closed": 1}
    assert world.row(Customer, ann.id).due_at == ann.due_at


def test_numbers_are_to_be_proved_again_when_the_policy_says() -> None:
    world = World(StagedAdapters())
    ann = world.customer()
    under(world, reverify_days=10)
    assert world.ringfence.date_anew(True).later == {"nothing": 1}
    assert world.row(Customer, ann.id).reverify_at == NOON + 10 * DAY


def test_what_somebody_changes_meanwhile_is_dated_as_it_then_is() -> None:
    world = World(StagedAdapters())
    ann = world.customer()
    under(world, inactive_days=365)
    store: Any = world.adapters.store
    seen = replace(ann, locale="zh-CN")
    store.before(Customer, lambda: store.commit(Replace(ann, seen)))
    assert world.ringfence.date_anew(True).later == {"inactive": 1}
    head = world.row(Customer, ann.id)
    assert (head.locale, head.due_at) == ("zh-CN", NOON + 365 * DAY)


def test_a_head_that_cannot_be_read_keeps_no_other() -> None:
    world = World(StagedAdapters())
    for number, name in ((NUMBER, "customer-ann"), (OTHER_NUMBER, "customer-bob")):
        world.customer(number, name)
    under(world, inactive_days=365)
    store: Any = world.adapters.store
    store.broken = {("customer-ann",)}
    report = world.ringfence.date_anew(True)
    assert (report.seen, report.later, report.failures) == (2, {"inactive": 1}, {"KeyError": 1})
    store.broken, store.unshared = set(), {Customer}
    assert not world.ringfence.date_anew(True).complete
