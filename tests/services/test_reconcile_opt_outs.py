"""The provider's list and ours say the same after a run, whatever of it fails."""

import subprocess
import sys
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
        world.ringfence.stop_advertising(world.tags(fresh_number()), "sms", world.adapters.clock.at)
    listing(world).append(NUMBER)
    assert reconciled(world) == {"listed": 1, "new": 1, "ours_only": 100}
    # One that was lifted is no suppression any more.
    customer = agreed(world, OTHER_NUMBER)
    world.ringfence.stop_advertising(world.tags(OTHER_NUMBER), "sms", world.adapters.clock.at)
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


SLOW_PAGE = """
import time
from chalicelib.services import reconcile_opt_outs
from tests.memory_store import MemoryStore
from tests.memory_opt_outs import MemoryOptOuts
from tests.services.world import World
from tests.worlds import fresh_number

world = World()
numbers = [fresh_number() for _ in range(100)]
for number in numbers:
    world.say(world.customer(number), purpose="marketing", channels=("sms",))
    world.later(hours=1)

class OnePage(MemoryOptOuts):
    def listed(self, region):
        yield numbers

get = MemoryStore.get
def slow(*args, **options):
    time.sleep(0.005)
    return get(*args, **options)
MemoryStore.get = slow
world.adapters.opt_outs = OnePage(world.adapters.clock)
print(world.ringfence.reconcile_opt_outs(lambda: True).new)
"""


def test_a_page_of_customers_does_not_wait_for_itself() -> None:
    # In a process of its own: threads that wait for each other can be ended in no other way.
    ran = subprocess.run([sys.executable, "-c", SLOW_PAGE], capture_output=True, text=True, timeout=30, check=False)
    assert (ran.returncode, ran.stdout) == (0, "100\n"), ran.stderr


def test_a_yes_between_the_no_and_the_run_is_withdrawn(world: World, page: Page) -> None:
    customer = agreed(world)
    listing(world).append(NUMBER)
    world.later(hours=1)
    page.choose(page.by_wallet(customer), "sms")
    world.later(hours=1)
    assert reconciled(world) == {"listed": 1, "new": 1}
    assert world.row(Customer, customer.id).consents["marketing"].decision == "withdrawn"


def test_each_list_is_the_first_in_its_turn_and_none_is_begun_without_time(world: World) -> None:
    regions = ("eu-west-1", "us-east-1", "sa-east-1")

    class Begun(MemoryOptOuts):
        def listed(self, region: str) -> Any:
            begun.append(region)
            return super().listed(region)

    world.adapters.opt_outs = Begun(world.adapters.clock, {region: [fresh_number()] for region in regions})
    first = set()
    for _ in regions:
        begun: list[str] = []
        left = iter([True, False])
        assert reconciled(world, left.__next__).items() >= {"listed": 1, "complete": False}.items()
        assert len(begun) == 2
        first.add(begun[0])
        world.later(days=1)
    assert first == set(regions)


def test_what_is_ours_only_is_not_known_without_the_time_to_count_it(world: World) -> None:
    listing(world).append(NUMBER)
    # One for the page, and each partition asks.
    asked = iter([True] * 64)
    report = reconciled(world, lambda: next(asked, False))
    assert report == {"listed": 1, "new": 1, "ours_only": None, "complete": False}
    asked = iter([True] * 65)
    assert reconciled(world, lambda: next(asked, False)) == {"listed": 1, "known": 1}


def test_a_no_by_sms_in_the_moment_of_the_opt_in_stands(page: Page) -> None:
    world = page.world

    class Late(MemoryOptOuts):
        def opt_in(self, number: str, region: str) -> bool:
            world.ringfence.stop_advertising(world.tags(), "sms", self.clock.at)
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
