"""Others hear of every event that can be read, whatever happens to the others of its batch."""

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.announcement import Announcement
from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.errors import LedgerDamaged, Unavailable
from chalicelib.domain.ledger import LedgerEvent, position
from chalicelib.domain.writes import Remove
from tests.services.world import NUMBER, OTHER_NUMBER, World

SPOKEN = [("given", "marketing"), ("refused", "satisfaction_survey"), ("withdrawn", "marketing")]


@pytest.fixture
def customer(world: World) -> Customer:
    """A customer who has spoken three times."""
    made = world.customer()
    for decision, purpose in SPOKEN:
        world.say(made, decision, purpose)
    return made


def places(customer: Customer, *sequences: int) -> list[tuple[str, int]]:
    return [(customer.id, sequence) for sequence in sequences]


def announced(world: World, *places: tuple[str, int]) -> list[str]:
    return [outcome.name for outcome in world.ringfence.announce_events(places)]


def told(world: World) -> list[Announcement]:
    return world.adapters.bus.told


def test_each_event_is_told_with_its_place(world: World, customer: Customer) -> None:
    assert announced(world, *places(customer, 1, 2, 3)) == ["announced"] * 3
    assert [(it.name, it.purpose) for it in told(world)] == [
        ("ConsentGiven", "marketing"),
        ("ConsentRefused", "satisfaction_survey"),
        ("ConsentWithdrawn", "marketing"),
    ]
    history = world.ringfence.history(customer.id)
    assert [it.event_id for it in told(world)] == [event.event_id for event in history]
    assert [it.previous_event_id for it in told(world)] == [None, history[0].event_id, history[1].event_id]
    assert [it.sequence for it in told(world)] == [1, 2, 3]
    assert told(world)[0].valid_until == history[0].valid_until is not None


def test_nothing_of_the_number_is_told(world: World, customer: Customer) -> None:
    announced(world, *places(customer, 1, 2, 3))
    said = json.dumps([it.detail() for it in told(world)])
    assert customer.masked is not None
    assert customer.tag is not None
    for secret in (NUMBER, NUMBER[1:], customer.masked, customer.tag, "signup_screen", "wallet-app"):
        assert secret not in said


def test_what_is_told_again_is_the_same(world: World, customer: Customer) -> None:
    announced(world, *places(customer, 2))
    announced(world, *places(customer, 2))
    first, second = told(world)
    assert first == second


def test_nothing_to_tell_asks_for_nothing(world: World) -> None:
    world.adapters.bus.is_down = True
    assert announced(world) == []


def test_after_the_ledger_s_retention_nothing_is_told(world: World, customer: Customer) -> None:
    world.close(customer)
    for days in (31, world.policy.rules.retention.ledger_days + 1):
        assert announced(world, *places(customer, 1)) == ["announced"]
        world.later(days=days)
        world.purge()
    world.adapters.bus.told.clear()
    other = world.customer(OTHER_NUMBER)
    world.say(other)
    assert announced(world, (customer.id, 1), (other.id, 1)) == ["ended", "announced"]
    assert [it.customer_id for it in told(world)] == [other.id]


@pytest.mark.parametrize("days", [0, 31])
def test_a_key_that_is_gone_before_the_retention_has_ended_is_damage(
    world: World, customer: Customer, days: int
) -> None:
    if days:
        world.close(customer)
        world.later(days=days)
        world.purge()
    assert world.row(Customer, customer.id).status == ("purged" if days else "active")
    world.store.commit(Remove(world.row(WrappedKey, customer.id, LEDGER_KEY)))
    assert announced(world, *places(customer, 1, 2)) == ["damaged", "damaged"]


def test_without_key_and_head_it_is_damage(world: World, customer: Customer) -> None:
    world.store.commit(Remove(world.row(WrappedKey, customer.id, LEDGER_KEY)))
    world.store.commit(Remove(world.row(Customer, customer.id)))
    assert announced(world, *places(customer, 1)) == ["damaged"]


@pytest.mark.parametrize("gone", [1, 2])
def test_a_link_that_is_not_there_is_damage(world: World, customer: Customer, gone: int) -> None:
    del world.store.rows[LedgerEvent, (customer.id, position(gone))]
    expected = ["damaged" if sequence in (gone, gone + 1) else "announced" for sequence in (1, 2, 3)]
    assert announced(world, *places(customer, 1, 2, 3)) == expected
    assert len(told(world)) == expected.count("announced")


def test_a_place_where_nothing_ever_was_is_damage(world: World, customer: Customer) -> None:
    assert announced(world, *places(customer, 0, 4), ("cus_nobody00", 1)) == ["damaged"] * 3
    assert told(world) == []


def test_a_changed_link_is_damage_and_the_others_are_told(world: World, customer: Customer) -> None:
    key = LedgerEvent, (customer.id, position(3))
    row: Any = world.store.rows[key]
    world.store.rows[key] = replace(row, hash="0" * 64)
    assert announced(world, *places(customer, 1, 2, 3)) == ["announced", "announced", "damaged"]
    assert [it.sequence for it in told(world)] == [1, 2]


class Failing:
    """A part that fails at some calls."""

    def __init__(self, part: Any, name: str, fails: Any, failure: Exception) -> None:
        self._part, self._name, self._fails, self._failure = part, name, fails, failure

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._part, name)
        if name != self._name:
            return real

        def call(*arguments: Any) -> Any:
            if self._fails(*arguments):
                raise self._failure
            return real(*arguments)

        return call


def test_what_cannot_be_read_keeps_back_no_other(world: World, customer: Customer) -> None:
    other = world.customer(OTHER_NUMBER)
    world.say(other)
    failure = Unavailable("Decrypt: ThrottlingException")
    service = world.ringfence.announce_events
    failing = replace(
        service, ledger=Failing(service.ledger, "unlock", lambda key: key.customer_id == customer.id, failure)
    )
    outcomes = failing([(customer.id, 1), (other.id, 1), (customer.id, 2)])
    assert [outcome.name for outcome in outcomes] == ["failed", "announced", "failed"]
    assert outcomes[0].failure is failure
    assert [it.customer_id for it in told(world)] == [other.id]


def test_an_unreadable_payload_is_damage(world: World, customer: Customer) -> None:
    service = world.ringfence.announce_events
    failing = replace(service, ledger=Failing(service.ledger, "unlock", lambda key: True, LedgerDamaged()))
    assert [outcome.name for outcome in failing(places(customer, 1))] == ["damaged"]


def test_what_the_bus_does_not_take_must_come_again(world: World, customer: Customer) -> None:
    refused = world.ringfence.history(customer.id)[1].event_id
    world.adapters.bus.refusing = {refused}
    outcomes = world.ringfence.announce_events(places(customer, 1, 2, 3))
    assert [outcome.name for outcome in outcomes] == ["announced", "failed", "announced"]
    assert str(outcomes[1].failure) == "PutEvents: InternalFailure"
    assert [it.sequence for it in told(world)] == [1, 3]


def test_a_bus_that_does_not_answer_fails_all_that_could_be_said(world: World, customer: Customer) -> None:
    world.adapters.bus.is_down = True
    assert announced(world, *places(customer, 1, 9)) == ["failed", "damaged"]


def test_what_a_batch_shares_is_read_once(world: World, customer: Customer) -> None:
    asked: list[Any] = []
    service = world.ringfence.announce_events
    counting = replace(
        service,
        store=Failing(service.store, "get", lambda *key: asked.append(key), Unavailable()),
        ledger=Failing(service.ledger, "unlock", lambda key: asked.append("unlock"), Unavailable()),
    )
    counting(places(customer, 1, 2, 3))
    assert len(asked) == 5
    counting(places(customer, 3))
    assert len(asked) == 9
