"""Whatever happens while a finding is acted on, no key is removed that somebody needs, and no loss is made up."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.domain.certificate import ErasureCertificate
from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.writes import Insert, Remove
from tests.services.staged_store import StagedAdapters
from tests.services.sweeping import keep, lose, number_key, purged, sweep
from tests.services.world import World


def test_who_is_bound_while_an_orphan_is_removed_keeps_the_own_keys() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    proof = world.proved()
    keep(world, "customer-0", "number_of_nobody")
    adapters.store.before(WrappedKey, lambda: world.bind(proof, "customer-0"))
    day = sweep(world)
    assert (day.total("keys_removed"), day.failures, day.told) == (1, {}, [])
    customer = world.row(Customer, "customer-0")
    assert {key.key_id for key in world.rows(WrappedKey)} == customer.key_ids
    assert len(customer.key_ids) == 2


def test_a_key_that_becomes_somebody_s_at_the_last_moment_is_kept() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = purged(world)
    world.store.commit(Remove(customer))
    adapters.store.before(WrappedKey, lambda: world.store.commit(Insert(replace(customer, version=""))))
    day = sweep(world)
    assert (day.total("keys_removed"), day.failures) == (0, {})
    assert [key.key_id for key in world.rows(WrappedKey)] == [LEDGER_KEY]


def test_what_is_closed_and_purged_meanwhile_is_not_removed_twice() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = world.customer()
    keep(world, customer.id, "number_of_before")

    def close_and_purge() -> None:
        world.close(customer)
        world.later(days=30)
        world.purge()

    adapters.store.before(WrappedKey, close_and_purge)
    day = sweep(world)
    assert (day.total("keys_removed"), day.failures, day.told) == (0, {}, [])
    assert [key.key_id for key in world.rows(WrappedKey)] == [LEDGER_KEY]
    assert world.row(Customer, customer.id).status == "purged"


def test_a_purge_that_dies_after_the_key_is_no_loss() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = world.customer()
    world.close(customer)
    world.later(days=29)

    def purge_half() -> None:
        world.adapters.clock.at = customer.created_at + timedelta(days=30)
        adapters.store.damaged = {ErasureCertificate}
        assert world.purge().failures
        adapters.store.damaged = set()

    adapters.store.before_history(WrappedKey, purge_half)
    day = sweep(world)
    assert (day.told, day.failures) == ([], {})
    assert [key.key_id for key in world.rows(WrappedKey)] == [LEDGER_KEY]
    assert world.row(Customer, customer.id).status == "restricted"


def test_a_key_that_is_restored_meanwhile_is_no_loss() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = world.customer()
    key = world.row(WrappedKey, customer.id, number_key(customer))
    lose(world, customer, key.key_id)
    adapters.store.before(Customer, lambda: world.store.commit(Insert(replace(key, version=""))))
    day = sweep(world)
    assert (day.told, day.total("customers_without_key"), day.failures) == ([], 0, {})


def test_a_loss_is_told_of_although_the_customer_changes_meanwhile() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = world.customer()
    lose(world, customer, number_key(customer))
    adapters.store.before(Customer, lambda: world.say(customer))
    day = sweep(world)
    assert (day.told, day.total("customers_without_key"), day.failures) == ([customer.id], 1, {})


def test_a_customer_that_never_stands_still_is_a_failure_and_nothing_is_removed() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = world.customer()
    orphan = keep(world, customer.id, "number_of_before")

    def say_again() -> None:
        adapters.store.before(WrappedKey, say_again)
        world.say(customer)

    adapters.store.before(WrappedKey, say_again)
    day = sweep(world)
    assert (day.total("keys_removed"), day.failures, day.complete) == (0, {"Contended": 1}, True)
    assert world.row(WrappedKey, customer.id, orphan.key_id) == orphan
