"""A no by SMS against a yes, a bind, a closing and itself: nothing is lost, and the later word stands."""

from datetime import timedelta

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import NumberInUse
from chalicelib.domain.suppression import Suppression
from tests.services.page import Page
from tests.services.replying import ADVERTISING, STOPPED, agreed, answers, decisions, head, reply, row
from tests.services.staged_store import StagedAdapters
from tests.services.world import World, at_once, only

SECOND = timedelta(seconds=1)


@pytest.fixture
def staged() -> World:
    return World(StagedAdapters())


def test_a_no_that_comes_while_the_number_is_bound_is_not_lost(staged: World) -> None:
    proof = staged.proved()
    staged.store.before(Customer, lambda: reply(staged))  # type: ignore[attr-defined]
    customer = staged.bind(proof)
    assert customer.suppressed_at is not None
    assert head(staged, customer) == customer


def test_a_bind_that_comes_while_the_no_is_written_is_not_missed(staged: World) -> None:
    proof, bound = staged.proved(), []
    staged.store.before(Suppression, lambda: bound.append(staged.bind(proof)))  # type: ignore[attr-defined]
    assert reply(staged) == "stopped"
    assert len(bound) == 1
    assert head(staged, bound[0]).suppressed_at is not None
    assert len(staged.rows(Suppression)) == 1


def test_binds_and_noes_at_once_leave_no_customer_out(world: World) -> None:
    proofs = [world.proved() for _ in range(4)]
    world.later(seconds=1)

    def act(number: int) -> object:
        return world.bind(proofs[number]) if number < 4 else reply(world, sent_at=world.adapters.clock.at)

    results = at_once(act, 24)
    assert len(only(results, NumberInUse)) == 3
    (customer,) = world.rows(Customer)
    assert customer.suppressed_at is not None


def test_a_no_that_loses_to_the_customer_s_closing_is_kept_by_tag(staged: World) -> None:
    customer = agreed(staged, "marketing")
    staged.store.before(Suppression, lambda: staged.close(customer))  # type: ignore[attr-defined]
    assert reply(staged) == "stopped"
    assert row(staged) is not None
    assert head(staged, customer).status == "restricted"
    assert answers(staged) == []


def test_the_next_owner_who_binds_while_the_no_is_written_has_it_too(staged: World) -> None:
    customer = agreed(staged, "marketing")

    def change_hands() -> None:
        staged.close(customer)
        staged.customer(customer_id="next-owner-1")

    staged.store.before(Suppression, change_hands)  # type: ignore[attr-defined]
    reply(staged)
    assert staged.row(Customer, "next-owner-1").suppressed_at is not None


def test_a_yes_in_person_that_came_after_the_no_stands_however_late_the_no_comes_again(
    world: World, page: Page
) -> None:
    customer = agreed(world, "marketing")
    reply(world)
    sent_at = world.adapters.clock.at
    world.later(minutes=1)
    page.choose(page.by_wallet(customer), "sms")
    now = head(world, customer)
    assert (now.suppressed_at, now.consents["marketing"].decision) == (None, "given")
    found = row(world)
    assert found is not None
    assert found.lifted_at == now.consents["marketing"].event_time
    for _ in range(3):
        world.later(days=7)
        assert reply(world, sent_at=sent_at) == "stopped_before"
    assert head(world, customer) == now
    # A new one is a new word.
    assert reply(world) == "stopped"
    assert decisions(world, customer) == {"marketing": "withdrawn"}
    assert head(world, customer).suppressed_at == world.adapters.clock.at
    assert answers(world) == [STOPPED] * 2


def test_what_was_agreed_to_after_the_sms_was_sent_is_not_withdrawn_by_it(world: World) -> None:
    customer = agreed(world, "marketing")
    sent_at = world.adapters.clock.at + SECOND
    world.later(seconds=2)
    world.say(customer, purpose="satisfaction_survey", channels=("sms",))
    assert reply(world, sent_at=sent_at) == "stopped"
    assert decisions(world, customer) == {"marketing": "withdrawn", "satisfaction_survey": "given"}
    # It came by the wallet, and the phone has spoken: nothing goes out.
    assert head(world, customer).suppressed_at == sent_at


@pytest.mark.parametrize("purpose", ["order_notice", "marketing"])
def test_only_a_yes_to_advertising_by_the_customer_lifts(world: World, page: Page, purpose: str) -> None:
    customer = agreed(world)
    reply(world)
    world.say(customer, purpose=purpose, channels=("sms",))
    world.say(customer, "refused", "satisfaction_survey")
    assert head(world, customer).suppressed_at is not None
    page.choose(page.by_wallet(customer), "sms", purpose="order_notice", key="tap-one-0123456789")
    page.choose(page.by_wallet(customer), key="tap-two-0123456789")
    assert head(world, customer).suppressed_at is not None
    assert row(world).stands  # type: ignore[union-attr]
    page.choose(page.by_wallet(customer), "app")
    assert head(world, customer).suppressed_at is None
    # What was refused is not taken back once more.
    assert decisions(world, customer)["satisfaction_survey"] == "refused"
    assert not row(world).stands  # type: ignore[union-attr]


def test_the_no_of_one_who_was_bound_with_it_is_lifted_by_them(world: World, page: Page) -> None:
    reply(world)
    customer = agreed(world)
    assert customer.suppressed_at is not None
    page.choose(page.by_wallet(customer), "sms")
    assert head(world, customer).suppressed_at is None


def test_a_no_while_a_yes_is_written_wins_if_it_is_later(page: Page) -> None:
    world = page.world
    customer = agreed(world, "marketing")
    reply(world)
    world.later(minutes=1)
    token = page.by_wallet(customer)
    yes_at = world.adapters.clock.at

    def race(number: int) -> object:
        if number % 2:
            return reply(world, sent_at=yes_at + SECOND)
        return page.choose(token, "sms")

    world.later(seconds=2)
    at_once(race, 20)
    # The yes is of this second, after the SMS: it stands if it came last, and is not half done in any order.
    now, found = head(world, customer), row(world)
    assert found is not None
    assert (now.suppressed_at is None) is not found.stands
    assert world.damage(customer) is None


def test_a_no_meets_consents_in_a_race_and_withdraws_all_that_were_before_it(staged: World) -> None:
    customer = agreed(staged, "marketing")
    staged.later(seconds=1)
    given_at = staged.adapters.clock.at

    def say_meanwhile() -> None:
        staged.adapters.clock.at = given_at
        staged.say(customer, purpose="satisfaction_survey", channels=("sms",))
        staged.adapters.clock.at = given_at + SECOND

    # It was said before the SMS, and reached the store after the SMS was first looked at.
    staged.store.before(Suppression, say_meanwhile)  # type: ignore[attr-defined]
    assert reply(staged) == "stopped"
    assert decisions(staged, customer) == dict.fromkeys(ADVERTISING, "withdrawn")


def test_fifty_deliveries_at_once_are_one_no_and_one_answer(world: World) -> None:
    customer = agreed(world, *ADVERTISING)
    at = world.adapters.clock.at + SECOND
    world.later(seconds=2)
    heard = at_once(lambda _: reply(world, sent_at=at))
    assert sorted(only(heard, str)) == ["stopped"] + ["stopped_before"] * 49
    assert len(world.ringfence.history(customer.id)) == 4
    assert world.damage(customer) is None
    assert answers(world) == [STOPPED]


def test_fifty_deliveries_at_once_from_nobody_s_number_are_one_row(world: World) -> None:
    heard = at_once(lambda _: reply(world, sent_at=world.adapters.clock.at))
    assert sorted(only(heard, str)) == ["stopped"] + ["stopped_before"] * 49
    assert len(world.rows(Suppression)) == 1


def test_start_at_once_is_answered_once(world: World) -> None:
    agreed(world)
    at = world.adapters.clock.at
    at_once(lambda _: reply(world, "START", sent_at=at), 20)
    assert len(answers(world)) == 1
