"""A number is taken off the provider's list only where it was seen before its customer agreed."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.suppression import place_of
from tests.memory_opt_outs import MemoryOptOuts
from tests.services.page import Page
from tests.services.staged_store import StagedAdapters
from tests.services.test_reconcile_opt_outs import REGION, agreed, listing, reconciled, row
from tests.services.world import NUMBER, OTHER_NUMBER, World


def test_a_no_to_the_provider_after_a_yes_in_person_is_a_new_one(world: World, page: Page) -> None:
    customer = agreed(world)
    world.ringfence.stop_advertising(world.tags(), "sms", world.adapters.clock.at)
    world.later(hours=1)
    page.choose(page.by_wallet(customer), "sms")
    for _ in range(14):
        world.later(days=1)
        assert reconciled(world) == {}
    listing(world).append(NUMBER)
    assert reconciled(world) == {"listed": 1, "new": 1}
    assert listing(world) == [NUMBER]
    head = world.row(Customer, customer.id)
    assert (head.consents["marketing"].decision, head.suppressed_at) == ("withdrawn", world.adapters.clock.at)


def test_a_no_by_sms_that_the_provider_lists_too_is_taken_off_after_a_yes(world: World, page: Page) -> None:
    customer = agreed(world)
    world.ringfence.stop_advertising(world.tags(), "sms", world.adapters.clock.at)
    listing(world).append(NUMBER)
    assert reconciled(world) == {"listed": 1, "known": 1}
    world.later(hours=1)
    page.choose(page.by_wallet(customer), "sms")
    assert reconciled(world) == {"listed": 1, "opted_in": 1}


@pytest.mark.parametrize("standing", [True, False])
def test_a_list_that_does_not_hold_it_any_more_is_forgotten(world: World, page: Page, standing: bool) -> None:
    customer = agreed(world)
    listing(world).append(NUMBER)
    reconciled(world)
    assert row(world).listed == {REGION: world.adapters.clock.at}
    world.later(hours=1)
    if not standing:
        page.choose(page.by_wallet(customer), "sms")
    # Somebody took it off at the console.
    listing(world).clear()
    # A run that did not see all forgets nothing.
    listing(world).extend([OTHER_NUMBER])
    reconciled(world, lambda: False)
    assert REGION in row(world).listed
    reconciled(world)
    assert row(world).listed == {}
    if standing:
        page.choose(page.by_wallet(customer), "sms")
    world.later(days=1)
    listing(world).append(NUMBER)
    assert reconciled(world) == {"listed": 2, "new": 1, "known": 1}
    assert world.row(Customer, customer.id).suppressed_at == world.adapters.clock.at


def test_a_failure_keeps_what_it_hides_and_no_other_from_being_forgotten() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    known = {number: place_of(world.tag(number)) for number in (NUMBER, OTHER_NUMBER)}

    class Cut(MemoryOptOuts):
        cut = False

        def listed(self, region: str) -> Any:
            if self.cut and region == "us-east-1":
                raise Unavailable
            yield self.lists[region]

    opt_outs = adapters.opt_outs = Cut(adapters.clock, {REGION: [*known], "us-east-1": [*known]})
    reconciled(world)
    # One cannot be read, but it is known that the list holds it; the other list is not known at all.
    adapters.store.broken.add(known[OTHER_NUMBER])
    opt_outs.cut, opt_outs.lists[REGION] = True, [OTHER_NUMBER]
    failures = {"KeyError": 1, "Unavailable": 1}
    assert reconciled(world) == {"listed": 1, "failures": failures, "ours_only": None}
    adapters.store.broken.clear()
    assert row(world).listed.keys() == {"us-east-1"}
    assert row(world, OTHER_NUMBER).listed.keys() == {REGION, "us-east-1"}


def test_a_number_without_a_tag_could_be_any(world: World) -> None:
    class Down:
        versions = ("1",)

        def tag(self, number: PhoneNumber, version: str) -> str:
            raise Unavailable

    listing(world).append(NUMBER)
    reconciled(world)
    report = replace(world.ringfence.reconcile_opt_outs, index=Down())(lambda: True)
    assert (report.failures, report.ours_only, report.complete) == ({"Unavailable": 1}, None, True)
    assert row(world).listed.keys() == {REGION}


def test_an_opt_in_whose_answer_was_lost_is_none_for_the_next_no(world: World, page: Page) -> None:
    class Lost(MemoryOptOuts):
        def opt_in(self, number: str, region: str) -> bool:
            # Done; and the second try is too soon.
            super().opt_in(number, region)
            return super().opt_in(number, region)

    world.adapters.opt_outs = Lost(world.adapters.clock, {REGION: [NUMBER]})
    customer = agreed(world)
    reconciled(world)
    world.later(hours=1)
    page.choose(page.by_wallet(customer), "sms")
    world.later(days=1)
    assert reconciled(world) == {"listed": 1, "waiting": 1}
    assert listing(world) == []
    world.later(days=1)
    assert reconciled(world) == {}
    world.later(days=40)
    listing(world).append(NUMBER)
    assert reconciled(world) == {"listed": 1, "new": 1}
    assert listing(world) == [NUMBER]
    assert world.row(Customer, customer.id).suppressed_at == world.adapters.clock.at
