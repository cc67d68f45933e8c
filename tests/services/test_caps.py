"""A token reserves its share of the cap, gives it back unused, and uses it for a month."""

from datetime import timedelta

import pytest

from chalicelib.domain.access import DecisionLogEntry
from chalicelib.domain.cap import MONTH
from chalicelib.domain.contact import ContactToken
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import ContactTokenInvalid, RingfenceError
from chalicelib.domain.gate import ContactQuestion
from chalicelib.domain.writes import Insert, Replace
from chalicelib.services.decide_contact import ContactAnswer
from tests.services.test_strongroom import send
from tests.services.test_strongroom_refuses import forged
from tests.services.world import STAFF, World, at_once, only

# The policy's: so many contacts a month for marketing, all channels together.
MOST = 4
OFFER = {"offer_title": "Half fees", "offer_end_date": "31 December"}
TOKEN_LIFETIME = timedelta(minutes=5)


def willing(world: World) -> Customer:
    customer = world.customer()
    world.say(customer, purpose="marketing", channels=("sms", "call", "app"))
    return customer


def ask(world: World, customer: Customer, channel: str = "sms") -> ContactAnswer:
    return world.ringfence.decide_contact(STAFF, ContactQuestion(customer.id, "marketing", channel), None)


def offer(world: World, answer: ContactAnswer) -> None:
    assert answer.token is not None
    send(world, answer.token, "offer", OFFER)


def test_tokens_reserve_what_they_may_use(world: World) -> None:
    customer = willing(world)
    answers = [ask(world, customer, channel) for channel in ("sms", "call", "app", "sms", "sms")]
    assert [it.decision.reason for it in answers] == ["consent_given"] * MOST + ["cap_reached"]
    assert answers[-1].decision.next_allowed_at == world.adapters.clock.at + TOKEN_LIFETIME


def test_what_was_not_used_is_given_back(world: World) -> None:
    customer = willing(world)
    for _ in range(MOST):
        ask(world, customer)
    world.later(seconds=299)
    assert ask(world, customer).decision.reason == "cap_reached"
    world.later(seconds=1)
    assert all(ask(world, customer).decision.permitted for _ in range(MOST))


def test_a_reservation_dies_with_its_token(world: World) -> None:
    customer = willing(world)
    for _ in range(MOST):
        ask(world, customer)
    world.ringfence.set_time_zone(customer.id, "Europe/Paris", None)
    assert all(ask(world, customer).decision.permitted for _ in range(MOST))
    assert ask(world, customer).decision.reason == "cap_reached"


def test_what_was_used_counts_for_a_month(world: World) -> None:
    customer = willing(world)
    for _ in range(MOST):
        offer(world, ask(world, customer))
        world.later(minutes=6)
    first = world.adapters.clock.at - timedelta(minutes=6 * MOST)
    refused = ask(world, customer).decision
    assert (refused.reason, refused.next_allowed_at) == ("cap_reached", first + MONTH)
    world.adapters.clock.at = first + MONTH
    offer(world, ask(world, customer))
    assert ask(world, customer).decision.reason == "cap_reached"


def test_a_contact_leaves_the_tokens_of_others_alive(world: World) -> None:
    customer = willing(world)
    tokens = [ask(world, customer) for _ in range(MOST)]
    for token in reversed(tokens):
        offer(world, token)
    assert len(world.row(Customer, customer.id).shares["marketing"]) == MOST


def test_only_so_many_at_once_have_a_token(world: World) -> None:
    customer = willing(world)
    results: list[ContactAnswer | RingfenceError] = at_once(lambda _: ask(world, customer), 30)
    answers = only(results, ContactAnswer)
    assert len(answers) == 30
    assert sum(it.decision.permitted for it in answers) == MOST
    assert len(world.rows(ContactToken)) == MOST
    assert len(world.rows(DecisionLogEntry)) == 30


def test_all_tokens_are_used_at_once(world: World) -> None:
    customer = willing(world)
    tokens = [ask(world, customer) for _ in range(MOST)]
    before = world.sent
    results = at_once(lambda thread: offer(world, tokens[thread]), MOST)
    assert only(results, RingfenceError) == []
    assert world.sent == before + MOST
    later = world.adapters.clock.at + timedelta(days=30)
    assert [it.counts_until > later for it in world.row(Customer, customer.id).shares["marketing"]] == [True] * MOST


def test_a_forged_token_without_a_share_still_meets_the_cap(world: World) -> None:
    customer = willing(world)
    for _ in range(MOST):
        offer(world, ask(world, customer))
    world.store.commit(Insert(forged(world.row(Customer, customer.id), purpose="marketing")))
    with pytest.raises(ContactTokenInvalid):
        send(world, "ct_forged", "offer", OFFER)


def test_a_lower_cap_of_the_policy_kills_what_was_reserved_under_a_higher_one(world: World) -> None:
    customer = willing(world)
    answer = ask(world, customer)
    head = world.row(Customer, customer.id)
    state = head.consents["marketing"]
    assert state.most_per_month == MOST
    # As if the other shares had been used since.
    used = head
    for other in ("a", "b", "c", "d"):
        share = type(head.shares["marketing"][0])(other, world.adapters.clock.at + MONTH)
        used = used.with_share("marketing", share, world.adapters.clock.at)
    world.store.commit(Replace(head, used))
    with pytest.raises(ContactTokenInvalid):
        offer(world, answer)


def test_a_purpose_without_a_cap_writes_nothing_into_the_head(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    before = world.row(Customer, customer.id)
    for _ in range(10):
        token = world.token(customer)
    send(world, token)
    assert world.row(Customer, customer.id) == before


def test_shares_that_no_longer_count_are_forgotten(world: World) -> None:
    customer = willing(world)
    for _ in range(12):
        ask(world, customer)
        world.later(minutes=6)
    assert len(world.row(Customer, customer.id).shares["marketing"]) == 1
