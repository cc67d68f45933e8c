"""The sweep on every store: orphans go, losses are told of, and what belongs together stays."""

from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.writes import Insert, Remove
from chalicelib.services.judging import SHARES
from tests.contracts.records import fresh, key_of
from tests.fakes import NOON
from tests.worlds import World, fresh_number


def sweep(world: World) -> tuple[int, list[str]]:
    """Every run of a day: how many keys were removed, and who was told of."""
    removed, told = 0, list[str]()
    for hour in range(SHARES):
        world.clock.at = NOON.replace(hour=hour)
        report = world.ringfence.sweep_keys(lambda: True, told.append)
        assert (report.failures, report.complete) == ({}, True)
        removed += report.keys_removed
    world.clock.at = NOON
    return removed, told


def test_a_day_of_sweeping_leaves_no_orphan_and_no_loss_unsaid(world: World) -> None:
    sound, robbed = world.customer(fresh_number()), world.customer(fresh_number())
    own = world.store.history(WrappedKey, sound.id)
    orphans = [
        Insert(WrappedKey(customer_id, key_id, b"wrapped"))
        for customer_id, key_id in [(fresh("cus"), LEDGER_KEY), (fresh("cus"), "number_1"), (sound.id, "number_1")]
    ]
    for orphan in orphans:
        world.store.commit(orphan)
    assert robbed.number is not None
    key = world.store.get(WrappedKey, robbed.id, robbed.number.key_id)
    assert key is not None
    world.store.commit(Remove(key))
    assert sweep(world) == (len(orphans), [robbed.id])
    assert [world.store.get(WrappedKey, *key_of(orphan.record)) for orphan in orphans] == [None] * len(orphans)
    assert world.store.history(WrappedKey, sound.id) == own
    assert [world.store.get(Customer, each.id) for each in (sound, robbed)] == [sound, robbed]
    # What it found, it finds no second time; what it cannot heal, it says again.
    assert sweep(world) == (0, [robbed.id])
