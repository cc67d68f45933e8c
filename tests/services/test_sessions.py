"""A session opens by a wallet's link, used once and in time, and ends with its time, its account or by a tap."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import (
    AccountClosed,
    IdempotencyKeyReused,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    NotReplayable,
)
from chalicelib.domain.session import BY_ENDED, BY_WALLET, HandOver, Session
from chalicelib.domain.writes import Replace
from tests.fakes import NOON
from tests.services.page import Page
from tests.services.world import KEY, World, at_once, keyed, only


def test_a_link_opens_a_strong_session_of_its_customer(page: Page, customer: Customer) -> None:
    visit = page.visit(page.by_wallet(customer))
    assert (visit.customer, visit.session.strength) == (customer, "wallet")
    assert visit.session.lapses_at == NOON + timedelta(minutes=15)


def test_no_token_is_kept(world: World, page: Page, customer: Customer) -> None:
    link = page.link(customer)
    session = page.enter(link.token)
    rows = repr(list(world.store.rows.items()))
    assert link.token not in rows
    assert session not in rows
    assert "Secret" in repr(link.token)
    assert str(link.token) not in repr(link)


def test_a_link_opens_once(page: Page, customer: Customer) -> None:
    link = page.link(customer)
    page.enter(link.token)
    with pytest.raises(NotAuthenticated):
        page.enter(link.token)


def test_of_many_who_have_the_link_one_enters(world: World, page: Page, customer: Customer) -> None:
    link = page.link(customer)
    results = at_once(lambda _: page.enter(link.token))
    assert len(only(results, str)) == 1
    assert len(only(results, NotAuthenticated)) == 49
    assert len(world.rows(Session)) == 1


@pytest.mark.parametrize(("seconds", "opens"), [(59, True), (60, False), (61, False)])
def test_a_link_lives_for_a_minute(world: World, page: Page, customer: Customer, seconds: int, opens: bool) -> None:
    link = page.link(customer)
    assert link.expires_at == NOON + timedelta(seconds=60)
    world.later(seconds=seconds)
    if opens:
        assert page.enter(link.token)
    else:
        with pytest.raises(NotAuthenticated):
            page.enter(link.token)


@pytest.mark.parametrize("token", ["", "A" * 43])
def test_an_unknown_link_opens_nothing(page: Page, customer: Customer, token: str) -> None:
    with pytest.raises(NotAuthenticated):
        page.enter(token)


def test_a_link_and_a_session_are_not_each_other(page: Page, customer: Customer) -> None:
    link = page.link(customer)
    with pytest.raises(NotAuthenticated):
        page.visit(link.token)
    session = page.enter(link.token)
    with pytest.raises(NotAuthenticated):
        page.enter(session)


@pytest.mark.parametrize(("seconds", "lives"), [(0, True), (899, True), (900, False), (3600, False)])
def test_a_session_lives_for_a_quarter_of_an_hour(
    world: World, page: Page, customer: Customer, seconds: int, lives: bool
) -> None:
    token = page.by_wallet(customer)
    # However busy it is.
    world.later(seconds=seconds / 2)
    if lives:
        page.choose(token, "sms")
    world.later(seconds=seconds / 2)
    if lives:
        assert page.visit(token)
    else:
        with pytest.raises(NotAuthenticated):
            page.visit(token)


@pytest.mark.parametrize("act", ["look", "given", "erase"])
def test_a_stolen_session_ends_with_the_account(world: World, page: Page, customer: Customer, act: str) -> None:
    token = page.by_wallet(customer)
    world.close(customer)
    with pytest.raises(AccountClosed):
        page.visit(token, act)


def test_a_code_s_session_ends_with_the_number_that_it_proved(world: World, page: Page, customer: Customer) -> None:
    by_sms, by_wallet = page.by_sms(), page.by_wallet(customer)
    held = world.row(Customer, customer.id)
    world.store.commit(Replace(held, replace(held, tag="1.other", masked="+44*********99")))
    with pytest.raises(NotAuthenticated):
        page.visit(by_sms)
    # The wallet's customer is the same, whatever the number.
    assert page.visit(by_wallet, "given").customer.masked == "+44*********99"


@pytest.mark.parametrize("closed_first", [True, False])
def test_of_a_closed_account_a_link_shows_the_ending_alone(
    world: World, page: Page, customer: Customer, closed_first: bool
) -> None:
    link = None if closed_first else page.link(customer)
    world.close(customer)
    token = page.enter((link or page.link(customer)).token)
    for act in BY_ENDED:
        assert page.visit(token, act).customer.status == "restricted"
    for act in BY_WALLET - BY_ENDED:
        with pytest.raises(NotPermitted):
            page.visit(token, act)
    with pytest.raises(NotPermitted):
        page.choose(token, "sms")
    world.later(days=31)
    world.purge()
    assert world.rows(Session) == []
    assert page.visit(page.enter(page.link(customer).token), "ending").customer.status == "purged"


def test_whoever_is_no_customer_gets_no_link(world: World, page: Page, customer: Customer) -> None:
    world.store.rows.pop((Customer, (customer.id,)))
    with pytest.raises(NotFound):
        page.link(customer)


def test_signing_out_ends_it(world: World, page: Page, customer: Customer) -> None:
    token, other = page.by_wallet(customer), page.by_wallet(customer)
    page.end(token)
    with pytest.raises(NotAuthenticated):
        page.visit(token)
    assert page.visit(other)
    page.end(token)
    page.end("never-there")


def test_a_weak_session_may_look_and_no_more(page: Page, customer: Customer) -> None:
    token = page.by_sms()
    assert page.visit(token).customer == customer
    for act in ("given", "history", "access_log", "export", "erase"):
        with pytest.raises(NotPermitted):
            page.visit(token, act)


def test_a_link_is_given_out_once_for_a_key(world: World, page: Page, customer: Customer) -> None:
    page.link(customer, KEY)
    with pytest.raises(NotReplayable):
        page.link(customer, KEY)
    with pytest.raises(IdempotencyKeyReused):
        world.ringfence.issue_link(customer.id, keyed(KEY, b"other", "POST link"))
    assert len(world.rows(HandOver)) == 1
