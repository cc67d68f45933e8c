"""The secrets that codes are derived from."""

from collections.abc import Sequence

import pytest

from chalicelib.adapters.kms_code_secrets import KmsCodeSecrets
from tests.contracts.records import fresh
from tests.worlds import World, on_aws


def test_the_same_four_make_the_same_secret(world: World) -> None:
    codes, four = world.ringfence.adapters.codes, (fresh("vrf"), "1.tag", "signup", "")
    assert codes.secret(*four) == codes.secret(*four)
    assert len(codes.secret(*four)) == 32


@pytest.mark.parametrize("member", range(4))
def test_a_secret_is_bound_to_each_of_the_four(world: World, member: int) -> None:
    codes = world.ringfence.adapters.codes
    four = [fresh("vrf"), "1.tag", "transaction", "d1"]
    for other in (four[member] + "x", four[member][:-1], four[member].upper()):
        changed = [*four[:member], other, *four[member + 1 :]]
        assert codes.secret(*changed) != codes.secret(*four), member


def test_neighbours_do_not_run_together(world: World) -> None:
    # The last characters of one member are not the first of the next.
    codes = world.ringfence.adapters.codes
    seen: set[bytes] = set()
    splits: Sequence[tuple[str, str, str, str]] = [
        ("ab", "c", "d", "e"),
        ("a", "bc", "d", "e"),
        ("ab", "", "cd", "e"),
        ("ab", "c", "de", ""),
        ("", "abc", "d", "e"),
    ]
    for four in splits:
        seen.add(codes.secret(*four))
    assert len(seen) == len(splits)


@on_aws
def test_the_tag_key_and_the_code_key_are_two(world: World) -> None:
    four = (fresh("vrf"), "1.tag", "signup", "")
    with_tag_key = KmsCodeSecrets(f"alias/{world.name}-tag", "test").secret(*four)
    assert world.ringfence.adapters.codes.secret(*four) != with_tag_key
