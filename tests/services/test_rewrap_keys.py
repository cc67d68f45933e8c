"""Every data key moves to the KMS key in use, whatever call the mover dies at, and opens all the while."""

import secrets
from dataclasses import dataclass, replace

import pytest
from cryptography.exceptions import InvalidTag

from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.writes import Remove
from chalicelib.services.judging import SHARES
from chalicelib.services.rewrap_keys import RewrapKeys, RewrapReport
from tests.memory_keys import MemoryKeys
from tests.services.fault_cases import Staged
from tests.services.mortal import Killed, Mortal
from tests.services.world import OTHER_NUMBER, World


@dataclass
class TwoKeys(MemoryKeys):
    """Wraps with its own key, and opens what an earlier one wrapped, too."""

    former: bytes = b""

    def unwrap(self, wrapped: bytes, bound_to: str) -> bytes:
        try:
            return super().unwrap(wrapped, bound_to)
        except InvalidTag:
            return MemoryKeys(self.former).unwrap(wrapped, bound_to)


@dataclass
class Wrapper:
    """What ReEncrypt does: the same data key, under the key in use."""

    keys: TwoKeys

    def rewrap(self, key: WrappedKey) -> WrappedKey:
        bound_to = key.customer_id + ("" if key.key_id == LEDGER_KEY else key.key_id)
        try:
            MemoryKeys(self.keys.master).unwrap(key.wrapped, bound_to)
            return key
        except InvalidTag:
            return replace(key, wrapped=self.keys.wrap(self.keys.unwrap(key.wrapped, bound_to), bound_to))


def a_world(world: World) -> RewrapKeys:
    """Two customers, four data keys, and another key in use since."""
    for customer in (world.customer(), world.customer(OTHER_NUMBER)):
        world.say(customer)
    keys = world.adapters.keys
    world.adapters.keys = TwoKeys(secrets.token_bytes(32), keys.versions, former=keys.master)
    world.adapters.sealer.keys = world.adapters.keys
    return RewrapKeys(world.store, Wrapper(world.adapters.keys))


def run(rewrap: RewrapKeys) -> list[RewrapReport]:
    return [rewrap(share, lambda: True) for share in range(SHARES)]


def demand_open(world: World, *, former: bool) -> None:
    """Numbers and ledgers open under the two keys, or under the new one alone."""
    keys = world.adapters.keys
    assert isinstance(keys, TwoKeys)
    world.adapters.sealer.keys = keys if former else MemoryKeys(keys.master)
    for customer in world.rows(Customer):
        assert customer.number is not None
        key = world.row(WrappedKey, customer.id, customer.number.key_id)
        found = world.adapters.sealer.open(customer.id, customer.number, key)
        assert found.number.masked == customer.masked
        ledger = world.row(WrappedKey, customer.id, LEDGER_KEY)
        assert world.adapters.sealer.keys.unwrap(ledger.wrapped, customer.id) == b"ledger"
    world.adapters.sealer.keys = keys


def test_every_share_is_done_and_a_second_run_moves_nothing(world: World) -> None:
    rewrap = a_world(world)
    reports = run(rewrap)
    assert (sum(it.seen for it in reports), sum(it.rewrapped for it in reports)) == (4, 4)
    assert all(it.complete and not it.failures for it in reports)
    demand_open(world, former=False)
    rows = dict(world.store.rows)
    assert sum(it.rewrapped for it in run(rewrap)) == 0
    assert world.store.rows == rows


@pytest.mark.parametrize("applies", [False, True])
def test_it_dies_at_any_call(applies: bool) -> None:
    world, process = World(), Mortal()
    rewrap = a_world(world)
    run(replace(rewrap, store=process.of(rewrap.store), wrapper=process.of(rewrap.wrapper)))
    assert process.calls > SHARES
    for call in range(process.calls):
        world, dying = World(), Mortal(call, applies)
        rewrap = a_world(world)
        with pytest.raises(Killed):
            run(replace(rewrap, store=dying.of(rewrap.store), wrapper=dying.of(rewrap.wrapper)))
        demand_open(world, former=True)
        assert all(it.complete and not it.failures for it in run(rewrap))
        demand_open(world, former=False)


def test_a_key_that_fails_keeps_back_no_other_and_no_share_is_called_done() -> None:
    world = Staged()
    rewrap = a_world(world)
    [first, *_] = world.rows(WrappedKey)
    world.staged.store.broken.add((first.customer_id, first.key_id))
    reports = run(rewrap)
    assert sum(it.rewrapped for it in reports) == 3
    assert [dict(it.failures) for it in reports if it.failures] == [{"KeyError": 1}]
    world.staged.store.broken.clear()
    world.staged.store.unshared.add(WrappedKey)
    assert not any(it.complete for it in run(rewrap))


def test_what_kms_does_not_move_is_counted_and_stays(world: World) -> None:
    class Down(Wrapper):
        def rewrap(self, key: WrappedKey) -> WrappedKey:
            raise Unavailable

    rewrap = a_world(world)
    rows = dict(world.store.rows)
    reports = run(replace(rewrap, wrapper=Down(world.adapters.keys)))  # type: ignore[arg-type]
    assert sum(it.failures.get("Unavailable", 0) for it in reports) == 4
    assert world.store.rows == rows


def test_what_is_erased_meanwhile_stays_erased() -> None:
    world = Staged()
    rewrap = a_world(world)
    key = world.rows(WrappedKey)[0]
    world.staged.store.before(WrappedKey, lambda: world.store.commit(Remove(key)))
    assert not any(it.failures for it in run(rewrap))
    assert sum(it.rewrapped for it in run(rewrap)) == 0
    assert world.store.get(WrappedKey, key.customer_id, key.key_id) is None


def test_without_time_nothing_is_begun(world: World) -> None:
    rewrap = a_world(world)
    rows = dict(world.store.rows)
    reports = [rewrap(share, lambda: False) for share in range(SHARES)]
    assert sum(not it.complete for it in reports) in (1, 2)
    assert world.store.rows == rows
