"""Data keys move from one KMS key to another while they are in use."""

import boto3
import pytest

from chalicelib.adapters.key_ring import KeyRing
from chalicelib.adapters.kms_data_keys import KmsDataKeys
from chalicelib.adapters.kms_key_wrapper import KmsKeyWrapper
from chalicelib.adapters.kms_numbers import FIELD, KmsNumberOpener, KmsNumberSealer
from chalicelib.domain.customer import LEDGER_KEY, WrappedKey
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.domain.writes import Insert, Remove
from chalicelib.services.rewrap_keys import RewrapKeys
from tests.contracts.records import fresh
from tests.worlds import World, on_moto

NUMBER = parse_phone_number("+8613800138000")


def new_key() -> str:
    return str(boto3.client("kms").create_key()["KeyMetadata"]["Arn"])


def keys(*ring: str) -> KmsDataKeys:
    return KmsDataKeys(KeyRing(ring), FIELD)


@on_moto
def test_a_data_key_opens_before_while_and_after_it_moves(world: World) -> None:
    old, new, customer = new_key(), new_key(), fresh("cus")
    envelope = KmsNumberSealer(keys(old)).envelope(customer)
    sealed = envelope.seal(NUMBER)
    moved = keys(new, old).rewrap(envelope.key)
    assert moved.wrapped != envelope.key.wrapped
    for key in (envelope.key, moved):
        assert KmsNumberOpener(keys(new, old)).open(customer, sealed, key).number == NUMBER
    assert KmsNumberOpener(keys(new)).open(customer, sealed, moved).number == NUMBER
    with pytest.raises(Unavailable):
        KmsNumberOpener(keys(new)).open(customer, sealed, envelope.key)
    # Under the key in use nothing is moved.
    assert keys(new, old).rewrap(moved) is moved


@on_moto
def test_a_data_key_of_another_customer_is_not_moved_for_this_one(world: World) -> None:
    old, new = new_key(), new_key()
    key = KmsNumberSealer(keys(old)).envelope("ada").key
    with pytest.raises(Unavailable):
        keys(new, old).rewrap(WrappedKey("bob", key.key_id, key.wrapped))


@on_moto
def test_each_kind_moves_to_its_own_key_and_a_second_run_moves_nothing(world: World) -> None:
    old, new, customer = new_key(), new_key(), fresh("cus")
    ledgers = KmsDataKeys(KeyRing((new, old)), "ledger")
    wrapper = KmsKeyWrapper(keys(new, old), ledgers)
    number = KmsNumberSealer(keys(old)).envelope(customer).key
    ledger, _ = KmsDataKeys(KeyRing((old,)), "ledger").make(customer, LEDGER_KEY)
    world.store.commit(Insert(number), Insert(ledger))
    run = RewrapKeys(world.store, wrapper)
    for key in (number, ledger):
        assert run._rewrapped(customer, key.key_id)
        assert not run._rewrapped(customer, key.key_id)
    found = world.store.get(WrappedKey, customer, LEDGER_KEY)
    assert found is not None
    assert KmsDataKeys(KeyRing((new,)), "ledger").unwrap(found).cipher
    world.store.commit(*(Remove(it) for it in world.store.history(WrappedKey, customer)))


@on_moto
def test_what_is_erased_while_it_moves_stays_erased(world: World) -> None:
    old, new, customer = new_key(), new_key(), fresh("cus")
    key = Insert(KmsNumberSealer(keys(old)).envelope(customer).key)
    world.store.commit(key)

    class Erasing(KmsKeyWrapper):
        def rewrap(self, of: WrappedKey) -> WrappedKey:
            world.store.commit(Remove(key.record))
            return super().rewrap(of)

    run = RewrapKeys(world.store, Erasing(keys(new, old), keys(new, old)))
    assert not run._rewrapped(customer, key.record.key_id)
    assert world.store.get(WrappedKey, customer, key.record.key_id) is None
