"""Keyed MACs that are forgotten with their month's key."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.adapters import aws
from chalicelib.adapters.kms_blinder import KmsBlinder
from tests.contracts.wire import intercepted, passing
from tests.fakes import NOON
from tests.worlds import World, on_aws


def test_a_month_has_one_mac_for_a_value(world: World) -> None:
    blinder = world.ringfence.adapters.blinder
    assert blinder.mac("ip", b"192.0.2.1", NOON) == blinder.mac("ip", b"192.0.2.1", NOON.replace(day=1))
    assert blinder.mac("ip", b"192.0.2.1", NOON) != blinder.mac("ip", b"192.0.2.1", NOON + timedelta(days=10))


def test_a_mac_belongs_to_its_label_and_value(world: World) -> None:
    blinder = world.ringfence.adapters.blinder
    pairs = [("ip", b"a"), ("ip", b"b"), ("device", b"a"), ("ipa", b""), ("i", b"pa"), ("ip", b"")]
    assert len({blinder.mac(label, value, NOON) for label, value in pairs}) == len(pairs)
    assert all(blinder.mac(label, value, NOON) != "a" for label, value in pairs)


@pytest.mark.parametrize(
    ("at", "before"),
    [
        (NOON, datetime(2026, 10, 31, 23, 59, tzinfo=UTC)),
        (datetime(2027, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (datetime(2027, 3, 31, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)),
        (datetime(2028, 3, 1, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)),
    ],
)
def test_recent_covers_this_month_and_the_last(world: World, at: datetime, before: datetime) -> None:
    blinder = world.ringfence.adapters.blinder
    recent = blinder.recent("body", b"{}", at)
    assert recent == [blinder.mac("body", b"{}", at), blinder.mac("body", b"{}", before)]
    assert len(set(recent)) == 2


@on_aws
def test_kms_is_asked_once_a_month(world: World) -> None:
    blinder = KmsBlinder(f"alias/{world.name}-blind", "test")
    with intercepted(aws.kms(), passing) as wire:
        for minute in range(50):
            blinder.mac("ip", str(minute).encode(), NOON + timedelta(minutes=minute))
        assert wire.attempts == 1
        blinder.mac("ip", b"", NOON + timedelta(days=20))
        assert wire.attempts == 2


@on_aws
def test_keys_of_a_blinder_are_not_shown(world: World) -> None:
    blinder = KmsBlinder(f"alias/{world.name}-blind", "test")
    blinder.mac("ip", b"1", NOON)
    (key,) = blinder._keys.values()
    assert repr(key) not in repr(blinder)


@on_aws
def test_processes_agree(world: World) -> None:
    one, two = (KmsBlinder(f"alias/{world.name}-blind", "test") for _ in range(2))
    assert one.mac("ip", b"1", NOON) == two.mac("ip", b"1", NOON)
    assert one.mac("ip", b"1", NOON) != KmsBlinder(f"alias/{world.name}-blind", "other").mac("ip", b"1", NOON)
