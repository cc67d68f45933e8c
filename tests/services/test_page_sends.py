"""The worker sends the page's codes to customers only, once, and for money that was reserved."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import CodeIncorrect, Contended
from chalicelib.domain.session import PURPOSE
from chalicelib.domain.spent import SHARDS, Spent, new_spent
from chalicelib.domain.verification import Verification
from tests.fakes import NOON
from tests.services.page import Page
from tests.services.world import OTHER_NUMBER, World, at_once


@pytest.fixture
def page(page: Page, customer: Customer) -> Page:
    """The number is a customer's."""
    return page


def spent(world: World) -> int:
    return sum(shard.month_cost for shard in world.rows(Spent))


def price(world: World) -> int:
    country = world.policy.rules.country("GB")
    assert country is not None
    return country.price


def test_an_sms_to_a_customer_is_paid_for_once(world: World, page: Page) -> None:
    before = spent(world)
    started = page.start()
    assert spent(world) == before
    assert page.work() == ["accepted"]
    assert spent(world) == before + price(world)
    assert world.ringfence.deliver_queued(started) is None
    assert (world.sent, spent(world)) == (1, before + price(world))


def test_nobody_s_number_costs_nothing(world: World, page: Page) -> None:
    before = spent(world)
    page.start(OTHER_NUMBER)
    assert page.work() == [None]
    assert (world.sent, spent(world)) == (0, before)


@pytest.mark.parametrize("outcome", ["failed", "opted_out", "throttled"])
def test_what_was_not_sent_costs_nothing(world: World, page: Page, outcome: str) -> None:
    before = spent(world)
    page.start()
    world.sender.outcome = outcome
    assert page.work() == ["queued" if outcome == "throttled" else outcome]
    assert (world.sent, spent(world)) == (0, before)


def test_what_the_carrier_was_too_busy_for_is_sent_later(world: World, page: Page) -> None:
    before, started = spent(world), page.start()
    world.sender.outcome = "throttled"
    page.work()
    world.sender.outcome = "accepted"
    world.later(seconds=2)
    assert page.work() == ["accepted"]
    assert (world.sent, spent(world)) == (1, before + price(world))
    assert page.check(started, world.sender.last_code)


def test_what_may_have_been_sent_is_paid_for(world: World, page: Page) -> None:
    before = spent(world)
    page.start()
    world.sender.outcome = "unknown"
    assert page.work() == ["unknown"]
    assert spent(world) == before + price(world)


def test_of_many_workers_one_sends_and_one_pays(world: World, page: Page) -> None:
    before, started = spent(world), page.start()
    results = at_once(lambda _: world.ringfence.deliver_queued(started), 20)
    assert results.count("accepted") == 1
    assert all(it in ("accepted", None) or isinstance(it, Contended) for it in results)
    assert (world.sent, spent(world)) == (1, before + price(world))


def test_above_the_ceiling_nothing_is_sent(world: World, page: Page) -> None:
    page.start()
    hour, day, month = (new_spent("0", world.adapters.clock.at).hour, f"{NOON:%Y-%m-%d}", f"{NOON:%Y-%m}")
    for shard in range(SHARDS):
        full = Spent(str(shard), hour, day, month, NOON + timedelta(days=32), 10**12, 10**12, 10**12, "1")
        world.store.rows[Spent, (str(shard),)] = full
    assert page.work() == [None]
    assert world.sent == 0


def test_a_late_send_is_dropped(world: World, page: Page) -> None:
    page.start()
    world.later(minutes=10)
    assert page.work() == [None]
    assert world.sent == 0


def test_a_number_that_has_moved_on_gets_nothing(world: World, page: Page) -> None:
    # The tag's row names a customer whose number is another by now.
    (customer,) = world.rows(Customer)
    world.store.rows[Customer, (customer.id,)] = replace(customer, tag="1.other")
    started = page.start()
    assert page.work() == [None]
    with pytest.raises(CodeIncorrect):
        page.check(started, "000000")


def test_the_wallet_s_own_sends_are_as_they_were(world: World) -> None:
    world.sender.outcome = "throttled"
    verification = world.start(OTHER_NUMBER)
    world.sender.outcome = "accepted"
    before = spent(world)
    assert verification.purpose != PURPOSE
    assert world.ringfence.deliver_queued(verification.id) == "accepted"
    # Paid for at its start.
    assert spent(world) == before
    assert world.row(Verification, verification.id).sends[-1].delivery == "accepted"
    assert [sms.number for sms in world.sender.sent] == [OTHER_NUMBER]
