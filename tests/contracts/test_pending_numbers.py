"""Numbers of nobody yet: only the verification's own id opens them."""

import pytest
from cryptography.exceptions import InvalidTag

from chalicelib.domain.errors import Unavailable
from chalicelib.domain.phone_number import parse_phone_number
from tests.contracts.records import fresh
from tests.worlds import World, on_moto

NUMBER = parse_phone_number("+8613800138000")
SHUT = (Unavailable, InvalidTag)


def test_what_was_sealed_opens_again(world: World) -> None:
    pending, name = world.ringfence.adapters.pending, fresh("vrf")
    assert pending.open(name, pending.seal(name, NUMBER)) == NUMBER


def test_a_sealed_number_shows_nothing(world: World) -> None:
    pending, name = world.ringfence.adapters.pending, fresh("vrf")
    first, second = pending.seal(name, NUMBER), pending.seal(name, NUMBER)
    assert first != second
    assert b"13800138000" not in first + second


# The engine opens with any context; moto and the fake do not.
@pytest.mark.parametrize("world", ["memory", "moto"], indirect=True)
def test_another_verification_does_not_open_it(world: World) -> None:
    pending, name = world.ringfence.adapters.pending, fresh("vrf")
    sealed = pending.seal(name, NUMBER)
    for other in (fresh("vrf"), name[:-1], name + "0", ""):
        with pytest.raises(SHUT):
            pending.open(other, sealed)


@on_moto
def test_a_flipped_bit_does_not_open(world: World) -> None:
    pending, name = world.ringfence.adapters.pending, fresh("vrf")
    sealed = pending.seal(name, NUMBER)
    for position in range(len(sealed)):
        flipped = bytes(byte ^ (position == at) for at, byte in enumerate(sealed))
        with pytest.raises(Unavailable):
            pending.open(name, flipped)
