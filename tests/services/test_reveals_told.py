"""What others are told of unusual reveals, whatever fails."""

from typing import Any

import pytest

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.errors import PersonPaused, Unavailable
from chalicelib.domain.reveals import Watch
from tests.services.staged_store import StagedAdapters
from tests.services.test_reveals import customers, heard, reveal, rule, rung, shown
from tests.services.world import World


def test_a_bus_that_is_down_keeps_neither_number_nor_alarm_back(world: World) -> None:
    world.adapters.bus.is_down = True
    made = customers(world, 6)
    for each in made[:5]:
        assert shown(world, each).e164.startswith("+447400123")
    assert rung(world) == ["prefix"]
    with pytest.raises(PersonPaused):
        shown(world, made[5])


class Ending(set[str]):
    """All event ids that end so."""

    def __init__(self, end: str) -> None:
        self.end = end

    def __contains__(self, event_id: object) -> bool:
        return str(event_id).endswith(self.end)


def untold(world: World) -> list[dict[str, Any]]:
    return [figures for event, figures in world.adapters.journal.notes if event == "news_untold"]


@pytest.mark.parametrize("is_down", [True, False])
def test_what_the_bus_does_not_take_is_noted(world: World, is_down: bool) -> None:
    (customer,) = customers(world, 1)
    rule(world, colleagues=(customer.id,), rate_per_hour=2)
    shown(world, customer)
    assert untold(world) == []
    world.later(seconds=1)
    token, bus = world.token(customer, "call", "account_security"), world.adapters.bus
    bus.is_down, bus.refusing = is_down, Ending(".rate")
    reveal(world, token)
    last = max(world.rows(AccessLogEntry), key=lambda it: it.at)
    kinds = ["rate", "colleague"] if is_down else ["rate"]
    assert untold(world) == [{"news": "RevealAnomaly", "event_id": f"{last.id}.{kind}"} for kind in kinds]
    assert rung(world) == ["colleague", "rate", "colleague"]


def test_a_pause_whose_answer_is_lost_is_told() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    (customer,) = customers(world, 1)
    rule(world, colleagues=(customer.id,), pause_on=("colleague",))
    token = world.token(customer, "call", "account_security")
    adapters.store.damaged, adapters.store.applies = {Watch}, True
    with pytest.raises(Unavailable):
        reveal(world, token)
    assert rung(world) == ["colleague"]
    assert [each.kind for each in heard(world)] == ["colleague"]
    with pytest.raises(PersonPaused):
        shown(world, customer)


def test_a_pause_that_is_over_is_not_told_again(world: World) -> None:
    (customer, other) = customers(world, 2)
    rule(world, colleagues=(customer.id,), pause_on=("colleague",), rate_per_hour=2)
    shown(world, customer)
    world.later(hours=1)
    for _ in range(2):
        shown(world, other)
    told = [figures for event, figures in world.adapters.journal.notes if event == "reveal_anomaly"]
    assert [(figures["kind"], figures["paused"]) for figures in told] == [("colleague", True), ("rate", False)]
    assert [each.paused_until is None for each in heard(world)] == [False, True]
