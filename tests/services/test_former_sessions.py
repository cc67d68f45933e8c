"""Whoever has the number that a change takes from a customer can stop the change, and sees nothing else of them."""

from dataclasses import replace

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import CodeIncorrect, NotAuthenticated, NotPermitted
from chalicelib.domain.session import BY_FORMER, BY_WALLET, FORMER, Session
from chalicelib.domain.writes import Replace
from chalicelib.services.tag_holder import active_holder, holder_or_former
from tests.services.moving import moving
from tests.services.page import Page
from tests.services.world import NUMBER, OTHER_NUMBER, World


def over(world: World, customer: Customer, *, back: bool) -> None:
    """The change is over: it has come to nothing, or nothing is kept of the former number."""
    head = world.row(Customer, customer.id)
    assert head.change is not None
    after = head.having(head.change.other) if back else head
    world.store.commit(Replace(head, replace(after, change=None)))


def test_the_former_number_opens_a_session_that_stops_the_change_and_does_nothing_else(
    world: World, page: Page
) -> None:
    customer = moving(world, effective=True)
    world.later(days=1.5)
    token = page.by_sms(NUMBER)
    visit = page.visit(token, "stop_change")
    assert (visit.customer.id, visit.session.strength) == (customer.id, FORMER)
    assert customer.change is not None
    assert (visit.masked, customer.masked) == (customer.change.other.masked, visit.customer.masked)
    assert visit.masked != customer.masked
    for act in BY_WALLET - BY_FORMER:
        with pytest.raises(NotPermitted):
            page.visit(token, act)
    with pytest.raises(NotPermitted):
        page.choose(token)
    # A code to the former number proves nothing of the new one.
    assert world.row(Customer, customer.id) == customer


def test_the_new_number_opens_the_customer_s_own_session(world: World, page: Page) -> None:
    customer = moving(world, effective=True)
    visit = page.visit(page.by_sms(OTHER_NUMBER))
    assert (visit.session.strength, visit.masked) == ("sms", customer.masked)


def test_while_a_change_waits_the_number_is_still_the_customer_s_and_the_new_one_is_nobody_s(
    world: World, page: Page
) -> None:
    customer = moving(world)
    visit = page.visit(page.by_sms(NUMBER), "stop_change")
    assert (visit.session.strength, visit.masked) == ("sms", customer.masked)
    started, sent = page.start(OTHER_NUMBER), world.sent
    assert page.work() == [None]
    assert world.sent == sent
    with pytest.raises(CodeIncorrect):
        page.check(started, "000000")
    assert world.holder(OTHER_NUMBER) == customer.id
    assert holder_or_former(world.store, world.tags(OTHER_NUMBER)) is None


def test_a_session_of_the_number_ends_when_a_change_takes_it(world: World, page: Page) -> None:
    customer = moving(world)
    token = page.by_sms(NUMBER)
    head = world.row(Customer, customer.id)
    assert head.change is not None
    assert head.held is not None
    kept = replace(head.change, other=head.held, effective=True)
    world.store.commit(Replace(head, replace(head.having(head.change.other), change=kept)))
    # It was opened as the customer's own, and could see them.
    for act in ("look", "stop_change"):
        with pytest.raises(NotAuthenticated):
            page.visit(token, act)


def test_when_the_number_has_come_back_the_session_still_sees_no_more(world: World, page: Page) -> None:
    customer = moving(world, effective=True)
    token = page.by_sms(NUMBER)
    over(world, customer, back=True)
    visit = page.visit(token, "stop_change")
    assert visit.customer.change is None
    assert visit.masked == visit.customer.masked
    with pytest.raises(NotPermitted):
        page.visit(token, "look")


@pytest.mark.parametrize("how", ["over", "closed"])
def test_when_nothing_can_be_stopped_any_more_the_session_is_over_and_tells_nothing(
    world: World, page: Page, how: str
) -> None:
    customer = moving(world, effective=True)
    token = page.by_sms(NUMBER)
    started = page.start(NUMBER, ip="192.0.2.2")
    page.work()
    if how == "over":
        over(world, customer, back=False)
    else:
        world.close(world.row(Customer, customer.id))
    # Not AccountClosed: that is the customer's to know.
    with pytest.raises(NotAuthenticated) as refused:
        page.visit(token, "stop_change")
    assert type(refused.value) is NotAuthenticated
    with pytest.raises(CodeIncorrect):
        page.check(started, world.sender.last_code)
    assert len(world.rows(Session)) == 1


def test_a_former_number_is_nobody_s_for_whatever_else_asks(world: World) -> None:
    moving(world, effective=True)
    assert active_holder(world.store, world.tags(NUMBER)) is None
    assert holder_or_former(world.store, world.tags(NUMBER)) is not None
    assert active_holder(world.store, world.tags(OTHER_NUMBER)) is not None
