"""Every word of a customer joins one chain, and the head knows it at once."""

from dataclasses import replace

import pytest

from chalicelib.domain.consent import ConsentChoice, ConsentEvent
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import (
    CustomerPurged,
    CustomerRestricted,
    FieldInvalid,
    IdempotencyKeyReused,
    LedgerDamaged,
    NotFound,
)
from chalicelib.domain.ledger import LedgerEvent
from tests.services.staged_store import StagedAdapters
from tests.services.world import KEY, WALLET, World, at_once, only


def test_the_event_the_head_and_the_history_agree(world: World) -> None:
    customer = world.customer()
    given = world.say(customer, key=KEY)
    world.later(minutes=1)
    withdrawn = world.say(customer, "withdrawn")
    assert world.ringfence.history(customer.id) == [given, withdrawn]
    state = world.row(Customer, customer.id).consents["order_notice"]
    assert (state.decision, state.channels, state.event_id) == ("withdrawn", (), withdrawn.event_id)
    assert given.record_id == withdrawn.record_id
    assert (given.actor_role, given.actor_client) == ("wallet", "wallet-app")
    assert world.damage(customer) is None


def test_what_is_kept_in_the_chain_is_sealed(world: World) -> None:
    customer = world.customer()
    world.say(customer, purpose="marketing")
    assert "marketing" not in repr(world.store.history(LedgerEvent, customer.id))


def test_the_same_words_twice_are_two_commitments(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    world.say(customer)
    first, second = world.store.history(LedgerEvent, customer.id)
    assert first.commitment != second.commitment


def test_fifty_words_at_once_are_one_chain_of_fifty(world: World) -> None:
    customer = world.customer()
    results = at_once(lambda number: world.say(customer, ("given", "withdrawn")[number % 2]))
    assert len(only(results, ConsentEvent)) == 50
    assert world.row(Customer, customer.id).ledger_sequence == 50
    assert world.damage(customer) is None
    last = world.ringfence.history(customer.id)[-1]
    assert world.row(Customer, customer.id).consents["order_notice"].event_id == last.event_id


def test_twins_with_one_key_are_one_event(world: World) -> None:
    customer = world.customer()
    results = at_once(lambda _: world.say(customer, key=KEY), 20)
    assert len({event.event_id for event in only(results, ConsentEvent)}) == 1
    assert len(only(results, ConsentEvent)) == 20
    assert world.row(Customer, customer.id).ledger_sequence == 1


def test_a_repeat_is_the_first_event_and_undoes_nothing(world: World) -> None:
    customer = world.customer()
    world.say(customer, purpose="marketing")
    given = world.say(customer, key=KEY)
    world.say(customer, "withdrawn")
    assert world.say(customer, key=KEY) == given
    assert world.row(Customer, customer.id).consents["order_notice"].decision == "withdrawn"
    with pytest.raises(IdempotencyKeyReused):
        world.say(customer, "withdrawn", key=KEY)


def test_a_restricted_customer_can_withdraw_but_not_give(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    world.close(customer)
    with pytest.raises(CustomerRestricted):
        world.say(customer)
    assert world.say(customer, "withdrawn").event_type == "withdrawn"
    world.later(days=30)
    world.purge()
    with pytest.raises(CustomerPurged):
        world.say(customer)
    assert world.damage(customer) is None


def test_giving_loses_to_a_closing_that_was_faster() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = world.customer()
    adapters.store.before(LedgerEvent, lambda: world.close(customer))
    with pytest.raises(CustomerRestricted):
        world.say(customer)
    assert world.row(Customer, customer.id).ledger_sequence == 0


def test_what_is_refused_leaves_no_event(world: World) -> None:
    customer = world.customer()
    before = dict(world.store.rows)
    with pytest.raises(NotFound):
        world.ringfence.record_consent(
            WALLET, "cus_of_nobody", ConsentChoice("order_notice", "given", 1, "en", None, ("sms",), "app"), None
        )
    with pytest.raises(FieldInvalid):
        world.say(customer, channels=("app",))
    for decision in ("given", "withdrawn"):
        with pytest.raises(NotFound):
            world.say(customer, decision, purpose="unheard_of")
    assert world.store.rows == before


def test_a_history_that_was_tampered_with_is_not_told(world: World) -> None:
    customer = world.customer()
    for _ in range(3):
        world.say(customer)
    second = world.store.history(LedgerEvent, customer.id)[1]
    place = (LedgerEvent, (customer.id, f"{second.sequence:012d}"))
    for forged in (replace(second, commitment="0" * 64), replace(second, event_id="evt_x"), None):
        rows = dict(world.store.rows)
        if forged:
            world.store.rows[place] = forged
        else:
            del world.store.rows[place]
        with pytest.raises(LedgerDamaged):
            world.ringfence.history(customer.id)
        world.store.rows = rows
    assert len(world.ringfence.history(customer.id)) == 3


def test_a_stranger_has_no_history(world: World) -> None:
    with pytest.raises(NotFound):
        world.ringfence.history("cus_of_nobody")
