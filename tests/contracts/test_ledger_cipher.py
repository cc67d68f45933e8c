"""Payloads of consent events under one key for each customer."""

from dataclasses import replace

import pytest

from chalicelib.domain.customer import LEDGER_KEY
from chalicelib.domain.errors import LedgerDamaged, Unavailable
from chalicelib.domain.ledger import SALT_BYTES, commit_to
from tests.contracts.records import fresh
from tests.worlds import World, on_moto

PAYLOAD = '{"purpose":"marketing","text":"同意"}'.encode()
SHUT = (Unavailable, LedgerDamaged)


def test_what_was_sealed_opens_again(world: World) -> None:
    ledger = world.ringfence.adapters.ledger
    key = ledger.new_key(fresh("cus"))
    assert key.key_id == LEDGER_KEY
    commitment, sealed = ledger.unlock(key).seal("evt_1", PAYLOAD)
    opened = ledger.unlock(key).open("evt_1", commitment, sealed)
    assert opened.payload == PAYLOAD
    assert commit_to(opened.salt, opened.payload) == commitment
    assert len(opened.salt) == SALT_BYTES
    assert PAYLOAD not in sealed


def test_equal_payloads_have_unequal_commitments(world: World) -> None:
    # Else whoever holds the chain could test guesses.
    unlocked = world.ringfence.adapters.ledger.unlock(world.ringfence.adapters.ledger.new_key(fresh("cus")))
    commitments = {unlocked.seal("evt_1", PAYLOAD)[0] for _ in range(8)}
    assert len(commitments) == 8


def test_another_event_does_not_open_it(world: World) -> None:
    unlocked = world.ringfence.adapters.ledger.unlock(world.ringfence.adapters.ledger.new_key(fresh("cus")))
    commitment, sealed = unlocked.seal("evt_1", PAYLOAD)
    with pytest.raises(SHUT):
        unlocked.open("evt_2", commitment, sealed)


def test_another_customer_does_not_open_it(world: World) -> None:
    ledger = world.ringfence.adapters.ledger
    commitment, sealed = ledger.unlock(ledger.new_key(fresh("cus"))).seal("evt_1", PAYLOAD)
    with pytest.raises(SHUT):
        ledger.unlock(ledger.new_key(fresh("cus"))).open("evt_1", commitment, sealed)


@on_moto
def test_a_key_moved_to_another_customer_does_not_unlock(world: World) -> None:
    ledger = world.ringfence.adapters.ledger
    key = ledger.new_key(fresh("cus"))
    with pytest.raises(Unavailable):
        ledger.unlock(replace(key, customer_id=fresh("cus")))


def test_what_was_changed_is_called_damaged(world: World) -> None:
    ledger = world.ringfence.adapters.ledger
    unlocked = ledger.unlock(ledger.new_key(fresh("cus")))
    commitment, sealed = unlocked.seal("evt_1", PAYLOAD)
    other_commitment, _ = unlocked.seal("evt_1", PAYLOAD)
    with pytest.raises(LedgerDamaged):
        unlocked.open("evt_1", other_commitment, sealed)
    for position in range(len(sealed)):
        with pytest.raises(LedgerDamaged):
            unlocked.open("evt_1", commitment, bytes(byte ^ (position == at) for at, byte in enumerate(sealed)))


def test_what_was_cut_is_called_damaged(world: World) -> None:
    unlocked = world.ringfence.adapters.ledger.unlock(world.ringfence.adapters.ledger.new_key(fresh("cus")))
    commitment, sealed = unlocked.seal("evt_1", PAYLOAD)
    for length in range(len(sealed)):
        with pytest.raises(LedgerDamaged):
            unlocked.open("evt_1", commitment, sealed[:length])
