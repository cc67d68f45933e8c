"""The re-tagging dies at any read, opening or commit: whoever looks finds what was, and the next run ends it."""

from dataclasses import replace
from functools import cache

import pytest

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import NumberInUse
from chalicelib.domain.suppression import Suppression
from chalicelib.services.judging import SHARES
from chalicelib.services.tag_holder import active_holder
from tests.services.mortal import Killed, Mortal
from tests.services.moving import moving
from tests.services.replying import reply
from tests.services.rotating import USED, consistent, former, retag, step
from tests.services.world import NUMBER, OTHER_NUMBER, World

CLOSED = "+447400123498"


def a_world() -> World:
    """A customer whose change is not over and whose number wants no advertising, and one who is restricted."""
    world = World()
    moving(world)
    reply(world)
    world.close(world.customer(CLOSED))
    reply(world, number=CLOSED)
    step(world, USED)
    return world


def run(world: World, process: Mortal) -> None:
    """The process does every share, or dies."""
    ringfence = world.ringfence.retag_numbers
    dying = replace(
        ringfence,
        store=process.of(ringfence.store),
        index=process.of(ringfence.index),
        opener=process.of(ringfence.opener),
    )
    for share in range(SHARES):
        dying(share, lambda: True)


@cache
def calls() -> int:
    process = Mortal()
    run(a_world(), process)
    return process.calls


def demand_nothing_lost(world: World) -> None:
    assert consistent(world)
    [customer] = [head for head in world.rows(Customer) if head.is_open]
    found = active_holder(world.store, world.tags())
    assert found is not None
    assert (found.id, found.suppressed_at is not None) == (customer.id, True)
    assert len(world.rows(Suppression)) == 2
    assert all(row.stands for row in world.rows(Suppression))
    # Whatever was opened stands in the log.
    assert len(world.adapters.sealer.opened) <= len(world.rows(AccessLogEntry))


@pytest.mark.parametrize("applies", [False, True])
def test_it_dies_at_any_call(applies: bool) -> None:
    for call in range(calls()):
        world = a_world()
        with pytest.raises(Killed):
            run(world, Mortal(call, applies))
        demand_nothing_lost(world)
        retag(world)
        reports = retag(world)
        demand_nothing_lost(world)
        assert all(report.complete and not report.failures for report in reports)
        rests = former(reports)
        assert rests.pop("verifications") > 0
        assert not any(rests.values())
        assert {row.tag for row in world.rows(Suppression)} == {world.tag(), world.tag(CLOSED)}
        for number in (NUMBER, OTHER_NUMBER):
            with pytest.raises(NumberInUse):
                world.bind(world.proved(number))
