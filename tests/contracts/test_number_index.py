"""The blind index of numbers."""

import re
from dataclasses import replace

from chalicelib.adapters.kms_number_index import KmsNumberIndex
from chalicelib.domain.phone_number import parse_phone_number
from tests.worlds import World, fresh_number, on_aws


def test_a_number_has_one_tag(world: World) -> None:
    index, number = world.ringfence.adapters.index, parse_phone_number("+8613800138000")
    assert index.tag(number) == index.tag(number)
    assert index.tag(parse_phone_number("138 0013 8000", "CN")) == index.tag(number)


def test_two_numbers_have_two_tags(world: World) -> None:
    index = world.ringfence.adapters.index
    numbers = {fresh_number() for _ in range(20)}
    assert len({index.tag(parse_phone_number(number)) for number in numbers}) == len(numbers)


def test_a_tag_names_its_key_s_version_and_says_nothing_else(world: World) -> None:
    tag = world.ringfence.adapters.index.tag(parse_phone_number("+8613800138000"))
    assert re.fullmatch(r"1\.[A-Za-z0-9_-]{43,64}", tag)
    assert "13800138000" not in tag


@on_aws
def test_another_tenant_s_tags_are_others(world: World) -> None:
    number = parse_phone_number("+8613800138000")
    own = KmsNumberIndex(f"alias/{world.name}-tag", "one")
    assert own.tag(number) != replace(own, tenant="two").tag(number)
