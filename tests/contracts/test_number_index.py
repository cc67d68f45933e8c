"""The blind index of numbers."""

import re
from dataclasses import replace

import pytest

from chalicelib.adapters.key_ring import KeyRing
from chalicelib.adapters.kms_number_index import KmsNumberIndex
from chalicelib.domain.number_tag import version_of
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.services.number_tags import tags_of
from tests.worlds import World, fresh_number, on_aws

NUMBER = parse_phone_number("+8613800138000")


def test_a_number_has_one_tag(world: World) -> None:
    index = world.ringfence.adapters.index
    assert tags_of(index, NUMBER) == tags_of(index, NUMBER)
    assert tags_of(index, parse_phone_number("138 0013 8000", "CN")) == tags_of(index, NUMBER)


def test_two_numbers_have_two_tags(world: World) -> None:
    index = world.ringfence.adapters.index
    numbers = {fresh_number() for _ in range(20)}
    assert len({tags_of(index, parse_phone_number(number)) for number in numbers}) == len(numbers)


def test_a_tag_names_its_key_s_version_and_says_nothing_else(world: World) -> None:
    index = world.ringfence.adapters.index
    (tag,) = tags_of(index, NUMBER)
    assert re.fullmatch(r"[0-9a-f]{1,8}\.[A-Za-z0-9_-]{43,64}", tag)
    assert (version_of(tag),) == index.versions
    assert "13800138000" not in tag


@on_aws
def test_another_tenant_s_tags_are_others(world: World) -> None:
    own = KmsNumberIndex(KeyRing((f"alias/{world.name}-tag",)), "one")
    assert tags_of(own, NUMBER) != tags_of(replace(own, tenant="two"), NUMBER)


@on_aws
def test_each_live_key_makes_a_tag_of_its_own_whatever_their_order(world: World) -> None:
    # Any two keys that make MACs.
    old, new = (f"alias/{world.name}-{part}" for part in ("tag", "code"))
    before, during, after, backwards = (
        KmsNumberIndex(KeyRing.read(setting), "one") for setting in (old, f"{new} {old}", new, f"{old} {new}")
    )
    (was,), (becomes,) = tags_of(before, NUMBER), tags_of(after, NUMBER)
    assert was.partition(".")[2] != becomes.partition(".")[2]
    assert tags_of(during, NUMBER) == (becomes, was)
    assert tags_of(backwards, NUMBER) == (was, becomes)


@on_aws
def test_a_key_that_does_not_live_makes_no_tag(world: World) -> None:
    index = KmsNumberIndex(KeyRing.read(f"alias/{world.name}-tag"), "one")
    with pytest.raises(KeyError):
        index.tag(NUMBER, "another")
