"""After an old copy of the customers was put back and replayed, nobody is un-closed, un-held or of age again."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.domain.certificate import ErasureCertificate
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import GuardianRequired, HoldActive
from chalicelib.domain.holds import CaseHold
from chalicelib.domain.witness import Witness, agree, is_silent, witness_of
from tests.services.restoring import copy, forgotten, found, put_back, reason
from tests.services.staged_store import StagedAdapters
from tests.services.test_caps import MOST, ask, offer, willing
from tests.services.test_erase_customer import erase, law_on
from tests.services.test_guardians import child
from tests.services.test_holds import cases_on, place
from tests.services.world import NUMBER, OFFICER, WALLET, World


@pytest.fixture
def world() -> World:
    world = World(StagedAdapters())
    cases_on(world)
    return world


def wish(world: World, customer: Customer) -> None:
    with pytest.raises(HoldActive):
        erase(world, customer)


def bare(customer: Customer) -> Customer:
    return replace(customer, version="")


def test_an_end_of_a_contract_stays_one(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    old = copy(world, "customers")
    world.close(customer)
    expected = world.row(Customer, customer.id)
    put_back(world, "customers", old)
    assert found(world, "customers") == {"closed": 1}
    assert bare(world.row(Customer, customer.id)) == bare(expected)
    assert reason(world, customer, "account_security") == "customer_restricted"
    assert world.holder() is None
    world.later(days=31)
    world.purge()
    assert world.row(Customer, customer.id).status == "purged"
    assert world.row(ErasureCertificate, customer.id).asked_at == expected.closed_at
    assert not world.rows(Witness)


def test_the_number_of_an_ended_contract_is_its_next_owner_s(world: World) -> None:
    first = world.customer()
    old = copy(world, "customers")
    world.close(first)
    second = world.customer(NUMBER, "wallet-new-1")
    put_back(world, "customers", old)
    assert found(world, "customers") == {"closed": 1, "head_lost": 1}
    assert world.row(Customer, second.id).status == "unreachable"
    assert world.customer(NUMBER, "wallet-new-2").tag == first.tag


@pytest.mark.parametrize("was_closed", [False, True])
def test_a_wish_that_a_law_delays_is_still_granted_when_it_ends(world: World, was_closed: bool) -> None:
    law_on(world)
    customer = world.customer()
    if was_closed:
        world.close(customer)
        world.later(days=1)
    old = copy(world, "customers")
    wish(world, customer)
    expected = world.row(Customer, customer.id)
    put_back(world, "customers", old)
    assert found(world, "customers") == {"closed": 1}
    assert bare(world.row(Customer, customer.id)) == bare(expected)
    world.later(days=366 * 10)
    world.purge()
    made = world.row(ErasureCertificate, customer.id)
    assert (made.asked_by, made.reason) == ("customer", "erasure_asked")


@pytest.mark.parametrize("was_closed", [False, True])
def test_a_hold_stays_one(world: World, was_closed: bool) -> None:
    customer = world.customer()
    if was_closed:
        world.close(customer)
    holds: list[CaseHold] = []
    assert forgotten(world, "customers", lambda: holds.append(place(world, customer))) == {"holds": 1}
    assert list(world.row(Customer, customer.id).cases) == holds
    wish(world, customer)
    world.later(days=400)
    world.purge()
    assert world.row(Customer, customer.id).number == customer.number


def test_nor_does_a_hold_come_back_that_was_lifted(world: World) -> None:
    customer = world.customer()
    hold = place(world, customer)
    lift = lambda: world.ringfence.change_holds.lift(OFFICER, customer.id, hold.id, None)  # noqa: E731
    assert forgotten(world, "customers", lift) == {"holds": 1}
    assert erase(world, customer).customer_id == customer.id


def test_a_wish_to_hear_nothing_while_a_law_holds_stays_one(world: World) -> None:
    law_on(world)
    customer = world.customer()
    world.close(customer)
    wish(world, customer)

    def never_again() -> None:
        with pytest.raises(HoldActive):
            erase(world, customer, never_again=True)

    assert forgotten(world, "customers", never_again) == {"suppressed": 1}
    assert world.row(Customer, customer.id).suppressed_at is not None


def test_a_reminder_is_no_fact(world: World) -> None:
    customer = world.customer()
    place(world, customer, days=2)

    def remind() -> None:
        world.later(days=3)
        world.purge()
        assert world.row(Customer, customer.id).cases[0].overdue_at is not None

    assert not forgotten(world, "customers", remind)


def test_a_child_is_not_of_age_again(world: World) -> None:
    customer = world.customer()
    note = lambda: world.ringfence.note_age(customer.id, True, None)  # noqa: E731
    assert forgotten(world, "customers", note) == {"age": 1}
    with pytest.raises(GuardianRequired):
        world.say(customer)


def test_nor_is_what_a_child_said_of_effect_once_they_are_of_age(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    old = copy(world, "customers")
    for under_14 in (True, False):
        world.later(days=1)
        world.ringfence.note_age(customer.id, under_14, None)
    put_back(world, "customers", old)
    assert found(world, "customers") == {"age": 1}
    assert reason(world, customer) == "guardian_missing"


def test_of_a_child_who_came_since_it_is_known(world: World) -> None:
    old = copy(world, "customers")
    customer = child(world)
    put_back(world, "customers", old)
    assert found(world, "customers") == {"head_lost": 1, "age": 1}
    assert world.row(Customer, customer.id).under_14


def test_who_came_and_closed_since_is_closed(world: World) -> None:
    old = copy(world, "customers")
    customer = world.customer()
    world.close(customer)
    put_back(world, "customers", old)
    assert found(world, "customers") == {"head_lost": 1, "closed": 1}
    world.later(days=31)
    world.purge()
    assert world.row(Customer, customer.id).status == "purged"
    assert world.row(ErasureCertificate, customer.id).reason == "account_closed"


@pytest.mark.parametrize(
    "act",
    [
        lambda world, it: world.close(it),
        lambda world, it: place(world, it),
        lambda world, it: world.ringfence.note_age(it.id, True, None),
    ],
)
def test_head_and_witness_are_one_commit(act: Callable[[World, Customer], object], world: World) -> None:
    customer = world.customer()
    assert not world.rows(Witness)
    act(world, customer)
    writes = world.store.commits[-1]
    assert {type(getattr(it, "record", None) or it.after) for it in writes} >= {Customer, Witness}  # type: ignore[union-attr]
    head, witness = world.row(Customer, customer.id), world.row(Witness, customer.id)
    assert agree(witness, witness_of(head))
    assert not is_silent(witness)


def test_of_whom_there_is_nothing_to_say_there_is_no_witness(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    world.ringfence.note_age(customer.id, False, None)
    assert not world.rows(Witness)


def test_the_wallet_may_repeat_what_it_ordered_since(world: World) -> None:
    customer = world.customer()
    old = copy(world, "customers")
    world.close(customer)
    put_back(world, "customers", old)
    found(world, "customers")
    closed = world.row(Customer, customer.id)
    assert world.ringfence.close_customer(customer.id, None) == closed
    assert world.ringfence.bind_customer(WALLET, world.proved().id, None, None).tag == customer.tag


def test_what_was_sent_since_counts_towards_the_cap(world: World) -> None:
    customer = willing(world)
    offer(world, ask(world, customer))
    old = copy(world, "customers")
    for _ in range(MOST - 1):
        world.later(minutes=10)
        offer(world, ask(world, customer))
    put_back(world, "customers", old)
    assert found(world, "customers") == {"uses": 1}
    assert ask(world, customer).decision.reason == "cap_reached"
    world.later(days=31)
    assert ask(world, customer).decision.permitted


def test_what_is_not_capped_and_what_is_over_is_not_counted(world: World) -> None:
    customer = willing(world)
    old = copy(world, "customers")
    offer(world, ask(world, customer))
    # Of a code the access log knows, too.
    world.start(None, purpose="step_up", customer_id=customer.id)
    world.later(days=31)
    put_back(world, "customers", old)
    assert not found(world, "customers")
