"""After an old copy of the keys, the list of stops or the ledger was put back and the replay has run."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.certificate import ErasureCertificate
from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.suppression import BY_SMS, Suppression
from tests.services.restoring import copy, forgotten, found, put_back, reason, replayed
from tests.services.staged_store import StagedAdapters
from tests.services.world import OFFICER, OTHER_NUMBER, World


@pytest.fixture
def world() -> World:
    return World(StagedAdapters())


def test_a_certificate_says_from_when_on_the_copy_that_came_back_opens_nothing(world: World) -> None:
    customer = world.customer()
    old = copy(world, "keys")
    certificate = world.ringfence.erase_customer(OFFICER, customer.id, False, None)
    world.later(hours=20)
    put_back(world, "keys", old)
    assert found(world, "keys") == {"key_came_back": 1}
    after = world.row(ErasureCertificate, customer.id)
    # The restored table remembers for a day what stood in it until now.
    assert after.unrecoverable_at == world.adapters.clock.at + timedelta(days=1)
    assert replace(after, unrecoverable_at=certificate.unrecoverable_at, version=certificate.version) == certificate
    assert not found(world, "keys")


def test_keys_that_came_back_go_again_however_many(world: World) -> None:
    customers = [world.customer(f"+86138{10_000_000 + it}") for it in range(12)]
    old = copy(world, "keys")
    for customer in customers[1:]:
        world.close(customer)
    world.later(days=31)
    world.purge()
    put_back(world, "keys", old)
    assert found(world, "keys") == {"key_came_back": 11}
    kept = {it.customer_id for it in world.rows(WrappedKey) if it.key_id != LEDGER_KEY}
    assert kept == {customers[0].id}
    assert world.row(Customer, customers[0].id).number is not None


def test_whose_key_is_lost_has_no_number(world: World) -> None:
    before = world.customer(OTHER_NUMBER)
    customer = None

    def bind() -> None:
        nonlocal customer
        customer = world.customer()

    assert forgotten(world, "keys", bind) == {"number_lost": 1}
    assert customer is not None
    assert world.row(Customer, customer.id).status == "unreachable"
    assert world.holder() is None
    assert world.row(Customer, before.id).number is not None


def test_the_list_has_again_who_said_stop(world: World) -> None:
    customer = world.customer()

    def stop() -> None:
        world.ringfence.stop_advertising((world.tag(),), BY_SMS, world.adapters.clock.at)

    assert forgotten(world, "suppressions", stop) == {"suppressions": 1}
    [row] = world.rows(Suppression)
    assert (row.tag, row.stands) == (customer.tag, True)


def test_a_ledger_that_ends_too_soon_is_told_of_and_permits_nothing_more(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    old = copy(world, "ledger")
    world.say(customer, "withdrawn")
    put_back(world, "ledger", old)
    for go in (False, True):
        assert dict(replayed(world, "ledger", go).found) == {"chain_short": 1}
    assert reason(world, customer) == "consent_withdrawn"
