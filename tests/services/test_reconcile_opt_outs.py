"""The provider's list and ours say the same after a run, whatever of it fails."""

from dataclasses import asdict, replace
from typing import Any

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.suppression import Suppression, place_of
from tests.memory_opt_outs import MemoryOptOuts
from tests.services.page import Page
from tests.services.staged_store import StagedAdapters
from tests.services.world import NUMBER, OTHER_NUMBER, World
from tests.worlds import fresh_number

REGION = "eu-west-1"
NOTHING = {
    "listed": 0, "new": 0, "known": 0, "opted_in": 0, "waiting": 0, "unreadable": 0, "ours_only": 0, "failures": {},
    "complete": True,
}  # fmt: skip


def reconciled(world: World, time_left: Any = lambda: True) -> dict[str, Any]:
    """What a run reports beside zeros."""
    report = asdict(world.ringfence.reconcile_opt_outs(time_left))
    return {name: value for name, value in report.items() if value != NOTHING[name]}


def listing(world: World) -> list[str]:
    return world.adapters.opt_outs.lists[REGION]


def agreed(world: World, number: str = NUMBER) -> Customer:
    customer = world.customer(number)
    world.say(customer, purpose="marketing", channels=("sms",))
    world.sender.sent.clear()
    world.later(seconds=1)
    return customer


def row(world: World, number: str = NUMBER) -> Suppression:
    return world.row(Suppression, *place_of(world.tag(number)))


def test_with_empty_lists_nothing_happens(world: World) -> None:
    assert reconciled(world) == {}
    assert world.rows(Suppression) == []


def test_a_customer_on_the_list_is_withdrawn_and_told_nothing(world: World) -> None:
    customer = agreed(world)
    listing(world).append(NUMBER)
    assert reconciled(world) == {"listed": 1, "new": 1}
    head = world.row(Customer, customer.id)
    assert (head.consents["marketing"].decision, head.suppressed_at) == ("withdrawn", world.adapters.clock.at)
    event = world.ringfence.history(customer.id)[-1]
    assert (event.event_type, event.method, event.surface) == ("withdrawn", "sms_reply", "provider")
    assert row(world).source == "provider"
    assert world.sent == 0
    world.later(days=1)
    commits = len(world.store.commits)
    assert reconciled(world) == {"listed": 1, "known": 1}
    assert len(world.store.commits) == commits


def test_a_stranger_on_the_list_is_kept_by_tag(world: World) -> None:
    listing(world).append(NUMBER)
    assert reconciled(world) == {"listed": 1, "new": 1}
    assert world.customer().suppressed_at is not None
    assert NUMBER[1:] not in str(world.rows(Suppression))


def test_what_we_know_and_no_list_has_is_counted(world: World, page: Page) -> None:
    # More than there are partitions.
    for _ in range(100):
        world.ringfence.stop_advertising(world.tag(fresh_number()), "sms", world.adapters.clock.at)
    listing(world).append(NUMBER)
    assert reconciled(world) == {"listed": 1, "new": 1, "ours_only": 100}
    # One that was lifted is no suppression any more.
    customer = agreed(world, OTHER_NUMBER)
    world.ringfence.stop_advertising(world.tag(OTHER_NUMBER), "sms", world.adapters.clock.at)
    assert reconciled(world)["ours_only"] == 101
    page.choose(page.by_wallet(customer), "sms")
    assert reconciled(world)["ours_only"] == 100


def test_who_agrees_in_person_later_is_taken_off_the_list_once_in_thirty_days(world: World, page: Page) -> None:
    customer = agreed(world)
    listing(world).append(NUMBER)
    reconciled(world)
    world.later(hours=1)
    page.choose(page.by_wallet(customer), "sms")
    assert reconciled(world) == {"listed": 1, "opted_in": 1}
    assert listing(world) == []
    assert row(world).opted_in == {REGION: world.adapters.clock.at}
    assert reconciled(world) == {}
    # They answer STOP to the provider again: a new word, and no number is opted in against it.
    world.later(days=2)
    listing(world).append(NUMBER)
    assert reconciled(world) == {"listed": 1, "new": 1}
    head = world.row(Customer, customer.id)
    assert (head.consents["marketing"].decision, head.suppressed_at) == ("withdrawn", world.adapters.clock.at)
    # And agree again: too soon for the provider.
    world.later(days=1)
    page.choose(page.by_wallet(customer), "sms", key="tap-two-0123456789")
    for _ in range(2):
        world.later(days=1)
        assert reconciled(world) == {"listed": 1, "waiting": 1}
        # It is not even asked.
        world.adapters.opt_outs.opted_in.clear()
    assert listing(world) == [NUMBER]
    world.later(days=30)
    assert reconciled(world) == {"listed": 1, "opted_in": 1}


def test_somebody_else_s_opt_in_of_this_month_is_waited_for(world: World, page: Page) -> None:
    customer = agreed(world)
    listing(world).append(NUMBER)
    reconciled(world)
    world.adapters.opt_outs.opted_in[NUMBER, REGION] = world.adapters.clock.at
    world.later(hours=1)
    page.choose(page.by_wallet(customer), "sms")
    assert reconciled(world) == {"listed": 1, "waiting": 1}
    assert row(world).opted_in == {}


def test_each_region_has_its_own_list(world: World, page: Page) -> None:
    regions = ("eu-west-1", "us-east-1")
    policy = world.policy
    sms = replace(policy.rules.sms, opt_out_regions=regions)
    world.adapters.policy = replace(policy, rules=replace(policy.rules, sms=sms))
    customer = agreed(world)
    lists = world.adapters.opt_outs.lists = {region: [NUMBER] for region in (*regions, "sa-east-1")}
    assert reconciled(world) == {"listed": 2, "new": 1, "known": 1}
    world.later(hours=1)
    page.choose(page.by_wallet(customer), "sms")
    assert reconciled(world) == {"listed": 2, "opted_in": 2}
    assert lists == {"eu-west-1": [], "us-east-1": [], "sa-east-1": [NUMBER]}
    assert world.row(Customer, customer.id).suppressed_at is None


def test_one_that_fails_keeps_back_no_other() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customers = {number: agreed(world, number) for number in (NUMBER, OTHER_NUMBER)}
    listing(world).extend([NUMBER, "12", "+999", fresh_number(), OTHER_NUMBER])
    adapters.store.broken.add(place_of(world.tag(NUMBER)))
    assert reconciled(world) == {
        "listed": 5, "new": 2, "unreadable": 2, "failures": {"KeyError": 1}, "ours_only": None
    }  # fmt: skip
    adapters.store.broken.clear()
    assert world.row(Customer, customers[OTHER_NUMBER].id).suppressed_at is not None
    assert reconciled(world) == {"listed": 5, "new": 1, "known": 2, "unreadable": 2}
    assert world.row(Customer, customers[NUMBER].id).suppressed_at is not None


def test_a_list_that_cannot_be_read_keeps_back_no_other(world: World) -> None:
    class Halves(MemoryOptOuts):
        def listed(self, region: str) -> Any:
            yield self.lists[region]
            if region == "eu-west-1":
                raise Unavailable

    world.adapters.opt_outs = Halves(world.adapters.clock, {"eu-west-1": [NUMBER], "us-east-1": [OTHER_NUMBER]})
    assert reconciled(world) == {"listed": 2, "new": 2, "failures": {"Unavailable": 1}, "ours_only": None}


def test_when_the_time_is_over_the_rest_waits_for_the_next_run(world: World) -> None:
    listing(world).extend(fresh_number() for _ in range(10))
    pages = iter([True, True, False])
    assert reconciled(world, lambda: next(pages)) == {"listed": 4, "new": 4, "complete": False, "ours_only": None}
    assert reconciled(world) == {"listed": 10, "new": 6, "known": 4}


def test_a_no_by_sms_in_the_moment_of_the_opt_in_stands(page: Page) -> None:
    world = page.world

    class Late(MemoryOptOuts):
        def opt_in(self, number: str, region: str) -> bool:
            world.ringfence.stop_advertising(world.tag(), "sms", self.clock.at)
            return super().opt_in(number, region)

    world.adapters.opt_outs = Late(world.adapters.clock, {REGION: [NUMBER]})
    customer = agreed(world)
    reconciled(world)
    world.later(hours=1)
    page.choose(page.by_wallet(customer), "sms")
    world.later(hours=1)
    assert reconciled(world) == {"listed": 1, "opted_in": 1}
    assert row(world).stands
    assert world.row(Customer, customer.id).suppressed_at is not None
