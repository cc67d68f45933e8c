"""Customers' numbers: sealed under a key of their own, opened only by what belongs together."""

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidTag

from chalicelib.adapters import aws
from chalicelib.adapters.key_ring import KeyRing
from chalicelib.adapters.kms_data_keys import KmsDataKeys
from chalicelib.adapters.kms_numbers import KmsNumberOpener
from chalicelib.domain.customer import WrappedKey
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.held_number import SealedNumber
from chalicelib.domain.phone_number import parse_phone_number
from tests.contracts.records import fresh
from tests.contracts.wire import losing_answers
from tests.worlds import World, on_moto

NUMBER = parse_phone_number("+8613800138000")
OTHER = parse_phone_number("+447400123456")
SHUT = (Unavailable, InvalidTag)


def sealed(world: World, customer: str, number: str = NUMBER.e164) -> tuple[SealedNumber, WrappedKey]:
    envelope = world.ringfence.adapters.sealer.envelope(customer)
    return envelope.seal(parse_phone_number(number)), envelope.key


def test_what_was_sealed_opens_again(world: World) -> None:
    customer = fresh("cus")
    number, key = sealed(world, customer)
    assert world.ringfence.adapters.opener.open(customer, number, key).number == NUMBER
    assert number.key_id == key.key_id
    assert key.customer_id == customer


def test_each_number_has_a_key_of_its_own(world: World) -> None:
    customer = fresh("cus")
    (first, key), (second, other_key) = sealed(world, customer), sealed(world, customer, OTHER.e164)
    assert len({key.key_id, other_key.key_id}) == 2
    assert len({key.wrapped, other_key.wrapped}) == 2
    assert first.ciphertext != second.ciphertext
    with pytest.raises(SHUT):
        world.ringfence.adapters.opener.open(customer, first, other_key)


def test_a_sealed_number_and_its_envelope_show_nothing(world: World) -> None:
    customer = fresh("cus")
    envelope = world.ringfence.adapters.sealer.envelope(customer)
    number = envelope.seal(NUMBER)
    for shown in (repr(envelope), repr(number), repr(envelope.key)):
        assert "13800138000" not in shown
    assert "AESGCM" not in repr(envelope)


@on_moto
def test_another_customer_s_key_opens_nothing(world: World) -> None:
    opener, mine, theirs = world.ringfence.adapters.opener, fresh("cus"), fresh("cus")
    number, key = sealed(world, mine)
    other_number, other_key = sealed(world, theirs, OTHER.e164)
    wrong = [
        (mine, number, other_key),
        (mine, other_number, key),
        (mine, other_number, other_key),
        (theirs, number, key),
        (theirs, number, other_key),
        (theirs, other_number, key),
        # The key's row moved to another customer: KMS refuses the context.
        (theirs, number, replace(key, customer_id=theirs)),
        (mine, number, replace(other_key, customer_id=mine, key_id=key.key_id)),
        # The ciphertext says it was made with another key.
        (mine, replace(number, key_id=other_number.key_id), key),
    ]
    for customer, ciphertext, wrapped in wrong:
        with pytest.raises(SHUT):
            opener.open(customer, ciphertext, wrapped)
    assert opener.open(mine, number, key).number == NUMBER
    assert opener.open(theirs, other_number, other_key).number == OTHER


@on_moto
@pytest.mark.parametrize("part", ["nonce", "ciphertext", "wrapped"])
def test_a_flipped_bit_opens_nothing(world: World, part: str) -> None:
    customer = fresh("cus")
    number, key = sealed(world, customer)
    whole: bytes = getattr(key if part == "wrapped" else number, part)
    for position in range(len(whole)):
        flipped = bytes(byte ^ (position == at) for at, byte in enumerate(whole))
        bad_number = SealedNumber(
            number.key_id,
            flipped if part == "nonce" else number.nonce,
            flipped if part == "ciphertext" else number.ciphertext,
        )
        bad_key = replace(key, wrapped=flipped) if part == "wrapped" else key
        with pytest.raises(SHUT):
            world.ringfence.adapters.opener.open(customer, bad_number, bad_key)


@on_moto
def test_kms_unwraps_a_key_for_its_customer_and_field_only(world: World) -> None:
    customer = fresh("cus")
    wrapped = world.ringfence.adapters.sealer.envelope(customer).key.wrapped
    right = {"customer": customer, "field": "number"}
    assert len(aws.kms().decrypt(CiphertextBlob=wrapped, EncryptionContext=right)["Plaintext"]) == 32
    wrong = [{}, {"field": "number"}, {"customer": customer}, {**right, "customer": "x"}, {**right, "field": "ledger"}]
    for context in wrong:
        with pytest.raises(ClientError):
            aws.kms().decrypt(CiphertextBlob=wrapped, EncryptionContext=context)


@on_moto
def test_it_is_said_how_often_kms_was_asked_again(world: World) -> None:
    customer = fresh("cus")
    number, key = sealed(world, customer)
    opener = world.ringfence.adapters.opener
    with losing_answers(world, aws.kms()):
        opened = opener.open(customer, number, key)
    assert (opened.number, opened.retries) == (NUMBER, 1)
    assert opener.open(customer, number, key).retries == 0


@on_moto
def test_no_other_kms_key_unwraps_it(world: World) -> None:
    customer = fresh("cus")
    number, key = sealed(world, customer)
    for name, field in [("ledger", "number"), ("pending", "number"), ("number", "ledger")]:
        wrong = KmsNumberOpener(KmsDataKeys(KeyRing((f"alias/{world.name}-{name}",)), field))
        with pytest.raises(SHUT):
            wrong.open(customer, number, key)
