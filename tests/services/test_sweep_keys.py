"""No key outlives its customer, nobody loses a key in silence, and what belongs together is left alone."""

import pytest

from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.services.judging import AT_ONCE, SHARES
from tests.services.staged_store import StagedAdapters
from tests.services.sweeping import forgotten, keep, lose, number_key, purged, sweep
from tests.services.world import NUMBER, OTHER_NUMBER, World


def test_what_belongs_together_is_left_alone(world: World) -> None:
    forgotten(world)
    purged(world, "+12015550123")
    world.customer()
    world.close(world.customer(OTHER_NUMBER))
    before = dict(world.store.rows)
    day = sweep(world)
    assert world.store.rows == before
    assert (day.total("keys_seen"), day.total("customers_seen")) == (5, 4)
    assert (day.total("keys_removed"), day.total("customers_without_key")) == (0, 0)
    assert (day.failures, day.told, day.complete) == ({}, [], True)


def test_each_hour_has_its_own_share_and_a_day_has_all(world: World) -> None:
    orphans = [keep(world, f"customer-{position}", LEDGER_KEY) for position in range(100)]
    day = sweep(world)
    seen = [report.keys_seen for report in day.reports]
    assert sum(seen) == len(orphans)
    assert max(seen) < len(orphans) / 4
    assert [report.keys_removed for report in day.reports] == seen
    assert not world.rows(WrappedKey)


@pytest.mark.parametrize("key_id", [LEDGER_KEY, "number_1"])
def test_a_key_of_nobody_is_removed(world: World, key_id: str) -> None:
    customer = world.customer()
    kept = world.rows(WrappedKey)
    keep(world, "customer-of-nobody", key_id)
    day = sweep(world)
    assert day.total("keys_removed") == 1
    assert world.rows(WrappedKey) == kept
    assert world.row(Customer, customer.id) == customer


def test_an_id_whose_ledger_key_was_left_behind_can_be_taken_again(world: World) -> None:
    keep(world, "customer-0", LEDGER_KEY)
    sweep(world)
    world.say(world.customer(customer_id="customer-0"))
    assert len(world.ringfence.history("customer-0")) == 1


def test_a_number_s_key_that_is_not_the_customer_s_own_is_removed(world: World) -> None:
    customer = world.customer()
    kept = world.rows(WrappedKey)
    keep(world, customer.id, "number_of_before")
    assert sweep(world).total("keys_removed") == 1
    assert world.rows(WrappedKey) == kept


def test_a_restored_key_table_brings_nothing_back_for_longer_than_a_day(world: World) -> None:
    first, second = world.customer(), world.customer(OTHER_NUMBER)
    for customer in (first, second):
        world.say(customer)
    backup = world.rows(WrappedKey)
    world.close(first)
    world.later(days=30)
    world.purge()
    alive = {(second.id, number_key(second)), (second.id, LEDGER_KEY), (first.id, LEDGER_KEY)}
    for years in range(2):
        for key in backup:
            world.store.rows[WrappedKey, (key.customer_id, key.key_id)] = key
        day = sweep(world)
        assert (day.total("keys_removed"), day.failures, day.told) == (1 + years, {}, [])
        assert {(key.customer_id, key.key_id) for key in world.rows(WrappedKey)} == alive
        world.later(days=1095)
        world.purge()
        alive.discard((first.id, LEDGER_KEY))
    world.token(second)


@pytest.mark.parametrize("lost", [("number",), ("ledger",), ("number", "ledger")])
def test_a_customer_without_a_key_is_told_of_once(world: World, lost: tuple[str, ...]) -> None:
    customer, sound = world.customer(), world.customer(OTHER_NUMBER)
    lose(world, customer, *({"number": number_key(customer), "ledger": LEDGER_KEY}[name] for name in lost))
    before = dict(world.store.rows)
    day = sweep(world)
    assert day.told == [customer.id]
    assert (day.total("customers_without_key"), day.total("keys_removed"), day.failures) == (1, 0, {})
    assert world.store.rows == before
    assert sound.id not in day.told


def test_a_restricted_customer_without_a_key_is_told_of_until_it_is_due(world: World) -> None:
    # Stored and protected means that a hold can still ask for it.
    customer = world.customer()
    world.close(customer)
    lose(world, customer, number_key(customer))
    assert sweep(world).told == [customer.id]
    world.later(days=30)
    world.adapters.clock.at = world.adapters.clock.at.replace(hour=0)
    world.later(days=1)
    assert sweep(world).told == []
    world.purge()
    assert world.row(Customer, customer.id).status == "purged"
    assert sweep(world).told == []


def test_a_customer_whose_consent_cannot_end_for_want_of_a_key_is_told_of(world: World) -> None:
    customer = world.customer()
    world.say(customer, purpose="marketing")
    lose(world, customer, LEDGER_KEY)
    world.later(days=366)
    world.adapters.clock.at = world.adapters.clock.at.replace(hour=0)
    assert sweep(world).told == [customer.id]


def test_a_purged_customer_without_a_ledger_key_is_told_of(world: World) -> None:
    customer = purged(world)
    lose(world, customer, LEDGER_KEY)
    assert sweep(world).told == [customer.id]


def test_a_row_that_cannot_be_read_stops_no_other() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    ids = [f"customer-{position}" for position in range(100)]
    for name in ids:
        keep(world, name, LEDGER_KEY)
    adapters.store.broken = {(ids[7],)}
    day = sweep(world)
    assert (day.failures, day.complete) == ({"KeyError": 1}, True)
    assert (day.total("keys_seen"), day.total("keys_removed")) == (100, 99)
    assert [key.customer_id for key in world.rows(WrappedKey)] == [ids[7]]


def test_what_fails_is_swept_a_day_later() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = world.customer()
    keep(world, "customer-of-nobody", LEDGER_KEY)
    adapters.store.damaged = {WrappedKey}
    day = sweep(world)
    assert (day.total("keys_removed"), day.failures) == (0, {"Unavailable": 1})
    adapters.store.damaged = set()
    assert sweep(world).total("keys_removed") == 1
    assert {key.customer_id for key in world.rows(WrappedKey)} == {customer.id}


def test_a_word_that_cannot_be_given_is_a_failure_and_stops_no_other() -> None:
    world = World()
    for number in (NUMBER, OTHER_NUMBER):
        customer = world.customer(number)
        lose(world, customer, LEDGER_KEY)

    def dumb(_: str) -> None:
        raise OSError

    reports = []
    for hour in range(SHARES):
        world.adapters.clock.at = world.adapters.clock.at.replace(hour=hour)
        reports.append(world.ringfence.sweep_keys(lambda: True, dumb))
    assert sum(report.failures.get("OSError", 0) for report in reports) == 2


@pytest.mark.parametrize("kind", [WrappedKey, Customer])
def test_a_table_that_cannot_be_read_leaves_the_other_to_be_swept(kind: type) -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    keep(world, "customer-of-nobody", LEDGER_KEY)
    lost = world.customer()
    lose(world, lost, LEDGER_KEY)
    adapters.store.unshared = {kind}
    day = sweep(world)
    assert (day.failures, day.complete) == ({"Unavailable": SHARES}, False)
    assert day.told == ([] if kind is Customer else [lost.id])
    assert day.total("keys_removed") == (0 if kind is WrappedKey else 1)


def test_a_share_that_is_behind_counts_nothing_that_is_gone() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    adapters.store.named = {WrappedKey: ("customer-long-gone", LEDGER_KEY), Customer: ("customer-long-gone",)}
    day = sweep(world)
    assert (day.total("keys_seen"), day.total("customers_seen")) == (1, 1)
    assert (day.total("keys_removed"), day.failures, day.told) == (0, {}, [])


def test_a_run_stops_in_time(world: World) -> None:
    for position in range(SHARES * AT_ONCE * 4):
        keep(world, f"customer-{position}", LEDGER_KEY)
    before = dict(world.store.rows)
    answers = iter([True, False, False])
    report = world.ringfence.sweep_keys(lambda: next(answers), lambda _: None)
    assert (report.keys_seen, report.customers_seen, report.complete) == (AT_ONCE, 0, False)
    report = world.ringfence.sweep_keys(lambda: False, lambda _: None)
    assert (report.keys_seen, report.customers_seen, report.complete) == (0, 0, False)
    assert world.store.rows == before
